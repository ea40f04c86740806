// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/gmime_lock.h"

#include <gmime/gmime.h>

namespace yestermail {

std::unique_lock<std::mutex> enter_gmime() {
  static std::mutex mutex;
  std::unique_lock lock(mutex);
  static const bool kBegun = [] { return g_mime_init(), true; }();
  static_cast<void>(kBegun);
  return lock;
}

}  // namespace yestermail
