// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "store/view.h"

namespace yestermail {

/// What happened in one account, oldest first, read from the store a page at a time. One thread.
class HappeningStream {
 public:
  HappeningStream(View& view, AccountNumber account, Instant from, Instant until, std::size_t page = 256);

  [[nodiscard]] AccountNumber account() const { return account_; }
  /// The next one, or nullptr at the end. Valid until pop().
  const View::Happening* peek();
  void pop() { ++next_; }

 private:
  void read_page();

  View& view_;
  AccountNumber account_;
  Instant from_;
  Instant until_;
  std::size_t page_size_;
  std::vector<View::Happening> page_;
  std::size_t next_ = 0;
  bool last_ = false;  ///< nothing follows the page
};

}  // namespace yestermail
