// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/index_lock.h"

#include <chrono>
#include <thread>

#include "base/error.h"

namespace yestermail {

std::unique_ptr<FileLock> wait_for_index_lock(Filesystem& disk, const std::string& directory) {
  constexpr std::chrono::milliseconds kPause{5};
  if (!disk.exists(directory)) {
    try {
      disk.make_directory(directory);
    } catch (const Error&) {
      if (!disk.exists(directory)) throw;  // Another one may have made it meanwhile.
    }
  }
  for (;;) {
    if (auto lock = disk.try_lock(directory + "/lock")) return lock;
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace yestermail
