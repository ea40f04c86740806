// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

#include "restore/held_directory.h"

namespace yestermail {

/// Holds NAME.lock as Dovecot does, so that neither writes NAME (or what it stands for) while the other does. The lock
/// says "pid:host": one whose process is gone is taken over, by us and by Dovecot. Released when destroyed.
class DotLock {
 public:
  /// Waits for it; Error{kLocked} where it cannot be had in `patience`. `directory` outlives the lock.
  DotLock(const HeldDirectory& directory, const std::string& name, const FileOwner& owner,
          std::chrono::milliseconds patience = std::chrono::seconds(10));
  DotLock(const DotLock&) = delete;
  DotLock& operator=(const DotLock&) = delete;
  ~DotLock();

 private:
  [[nodiscard]] bool is_stale() const;
  [[nodiscard]] bool take(const FileOwner& owner);

  const HeldDirectory& directory_;
  const std::string name_;
};

/// This machine's name, as it stands in the names of mails and in locks: without / and :
std::string host_name();

/// Replaces the file `name` by one with this text: after a power cut the old or the new one is there. To be called with
/// its lock held. The file's time is another second than that of the old one: Dovecot looks at nothing else to learn
/// that it changed.
void replace_text(const HeldDirectory& directory, const std::string& name, const std::string& text,
                  const FileOwner& owner);

/// Writes all of it. Error that names `path`.
void write_all(const Fd& file, ByteView bytes, const std::string& path);

}  // namespace yestermail
