// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/happening_stream.h"

#include <algorithm>

namespace yestermail {

HappeningStream::HappeningStream(View& view, AccountNumber account, Instant from, Instant until, std::size_t page)
    : view_(view), account_(account), from_(from), until_(until), page_size_(page) {}

const View::Happening* HappeningStream::peek() {
  if (next_ == page_.size() && !last_) read_page();
  return next_ < page_.size() ? &page_[next_] : nullptr;
}

void HappeningStream::read_page() {
  next_ = 0;
  for (std::size_t limit = page_size_;; limit *= 2) {
    page_ = view_.happenings(account_, from_, until_, limit);
    last_ = page_.size() < limit;
    if (last_) return;
    // The page may end amid the happenings of one instant: those go to the next page, whole. If all are of one instant,
    // the page is too small for it.
    const auto cut = page_.back().at;
    const auto rest = std::find_if(page_.begin(), page_.end(), [&](const auto& each) { return each.at == cut; });
    if (rest == page_.begin()) continue;
    page_.erase(rest, page_.end());
    from_ = cut;
    return;
  }
}

}  // namespace yestermail
