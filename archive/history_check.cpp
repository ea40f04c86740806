// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/history_check.h"

namespace yestermail {

void HistoryCheck::add(ByteView bytes) {
  for (auto text = as_text(bytes); !text.empty() && fault_.empty();) {
    const auto end = text.find('\n');
    line_ += text.substr(0, end);
    if (line_.size() > kLongestLine) fault_ = "has a line that is longer than any";
    if (end == std::string_view::npos) return;
    if (fault_.empty()) look_at_line();
    line_.clear();
    text.remove_prefix(end + 1);
  }
}

std::string HistoryCheck::close() {
  if (fault_.empty() && !line_.empty()) fault_ = "ends within a line";
  return fault_;
}

void HistoryCheck::look_at_line() {
  const auto number = "line " + std::to_string(++versions_);
  const auto line = read_history_line(line_);
  if (!line) {
    fault_ = "cannot be understood at " + number;
    return;
  }
  const auto& version = line->version;
  const bool within = version.since > account_.since && version.since < account_.until &&
                      (version.until == kForever || version.until < account_.until);
  if (!within) fault_ = "tells at " + number + " of a time when the account was not there";
  if (version.since < last_) fault_ = "is not in the order of time at " + number;
  at_once_ = version.since == last_ ? at_once_ + 1 : 1;
  if (at_once_ > kMostAtOnce) fault_ = "has more of one instant than was ever recorded at once, at " + number;
  last_ = version.since;
}

}  // namespace yestermail
