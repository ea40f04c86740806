// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "base/filesystem.h"

namespace yestermail {

/// The lock under which indexes of words are written and removed, by one process at a time; it is not the store's.
/// Waits for it: whoever has it gives it back after a few seconds at most. Makes the directory if it is not there. An
/// Error of throw_errno() where it cannot be had at all.
std::unique_ptr<FileLock> wait_for_index_lock(Filesystem& disk, const std::string& directory);

}  // namespace yestermail
