// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/index_line.h"

#include <algorithm>

#include "base/error.h"
#include "tools/text.h"

namespace yestermail {

void IndexLine::show(std::string_view account, std::uint64_t messages) {
  if (!env_.terminal) return;
  const std::lock_guard lock(mutex_);
  const auto text = "reading what is new of " + printable(account) + ": " + count_text(messages) + " messages";
  on_screen_ = true;
  // A line as wide as the terminal would wrap and could not be taken back.
  env_.err << "\r\033[K" << shortened(text, std::max(20U, env_.columns) - 1) << std::flush;
}

void IndexLine::warning(std::string_view line) {
  const std::lock_guard lock(mutex_);
  erase_locked();
  log_.warning(line);
}

void IndexLine::error(std::string_view line) {
  const std::lock_guard lock(mutex_);
  erase_locked();
  log_.error(line);
}

void IndexLine::erase() {
  const std::lock_guard lock(mutex_);
  erase_locked();
}

void IndexLine::erase_locked() {
  if (!on_screen_) return;
  env_.err << "\r\033[K" << std::flush;
  on_screen_ = false;
}

}  // namespace yestermail
