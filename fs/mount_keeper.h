// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/fd.h"

namespace yestermail {

/// A process of its own that keeps the right to unmount while the one that serves the mount gives up its rights. It
/// takes the mount away when it is asked to, or when this object goes or this process ends, however that comes about.
/// It does nothing else, and holds no memory but a page or two.
class MountKeeper {
 public:
  /// Forks; `path` as mountpoint_path() gives it. Needs to be root. One thread at a time.
  explicit MountKeeper(const std::string& path);
  MountKeeper(const MountKeeper&) = delete;
  MountKeeper& operator=(const MountKeeper&) = delete;
  ~MountKeeper();

  /// Unmounts unless something there is in use.
  void unmount_if_unused();

 private:
  Fd requests_;
  pid_t process_ = -1;
};

/// From now on this thread, and all threads that it starts, are this user without any other right, and get none by
/// running a program. Only root can. Other threads that run already may keep capabilities where the user stays root.
void give_up_rights(std::uint32_t uid, std::uint32_t gid);

}  // namespace yestermail
