// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log.h"

namespace yestermail {

void StreamLog::warning(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  out_ << "yestermail: warning: " << line << std::endl;
}

void StreamLog::error(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  out_ << "yestermail: " << line << std::endl;
}

}  // namespace yestermail
