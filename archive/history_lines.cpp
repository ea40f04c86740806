// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/history_lines.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/error.h"

namespace yestermail {

HistoryLines::HistoryLines(Spool& lines, LineRange range, Instant from, std::size_t piece)
    : lines_(lines), range_(range), piece_(piece) {
  read_line();
  while (next() < from) take();
}

Instant HistoryLines::next() {
  const auto begins = line_ ? line_->version.since : kForever;
  return endings_.empty() ? begins : std::min(begins, endings_.top().at);
}

std::vector<HistoryStep> HistoryLines::take() {
  const auto now = next();
  std::vector<HistoryStep> steps;
  std::unordered_set<ItemId> begun;
  for (; line_ && line_->version.since == now; read_line()) {
    const auto& version = line_->version;
    begun.insert(version.item);
    if (version.until != kForever) endings_.push({version.until, version.id, version.item});
    steps.push_back({false, std::move(line_->version), std::move(line_->folder)});
  }
  for (; !endings_.empty() && endings_.top().at == now; endings_.pop()) {
    const auto& ending = endings_.top();
    if (begun.contains(ending.item)) continue;  // Another state of the same item follows.
    auto& step = steps.emplace_back();
    step.ended = true;
    step.version.id = ending.version;
    step.version.item = ending.item;
  }
  return steps;
}

void HistoryLines::read_line() {
  line_.reset();
  auto end = text_.find('\n', text_at_);
  while (end == std::string::npos) {
    if (range_.begin == range_.end) return;
    text_.erase(0, std::exchange(text_at_, 0));
    const auto before = text_.size();
    Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(piece_, range_.end - range_.begin)));
    const auto got = lines_.read_at(range_.begin, piece);
    if (got == 0) throw Error(Errc::kIo, "what was gathered of a history is gone");
    text_ += as_text(ByteView(piece).first(got));
    range_.begin += got;
    end = text_.find('\n', before);
  }
  line_ = read_history_line(std::string_view(text_).substr(text_at_, end - text_at_));
  if (!line_) throw Error(Errc::kIo, "what was gathered of a history has changed: is the disk sound?");
  text_at_ = end + 1;
}

}  // namespace yestermail
