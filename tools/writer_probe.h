// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "store/store.h"

namespace yestermail {

struct Writer {
  pid_t process = 0;  ///< 0: not known, as in another namespace
};

/// Who holds the writer lock of a store now; nullopt: nobody. Looks at the kernel's list of locks: taking the lock to
/// find out could turn a writer away that starts at that moment.
std::optional<Writer> find_writer(const std::string& store);

/// The store opened for writing; nullptr: another process has it open so.
std::unique_ptr<Recorder> open_if_free(StoreWorld world, const std::string& store);

/// Error{kLocked}, which names the writer; `way_out` ends its line.
[[noreturn]] void throw_locked(const std::string& store, const std::string& way_out = "wait until it is done");

}  // namespace yestermail
