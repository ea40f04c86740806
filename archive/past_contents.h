// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "store/view.h"

namespace yestermail {

/// All versions of an account up to an instant, and the contents that only past ones have. One thread.
class PastContents {
 public:
  struct Content {
    Digest digest;
    std::uint64_t size = 0;
  };
  using Take = std::function<void(const Version& version, const std::string& folder)>;

  PastContents(View& view, AccountNumber account, Instant at) : view_(view), account_(account), at_(at) {}

  /// Gives each version, by the instant at which it began, with the path of the directory in which it stood then.
  void gather(const Take& take);
  /// What nothing had at the instant, each once, in the order of the versions: near each other in the store.
  [[nodiscard]] const std::vector<Content>& contents() const { return contents_; }

 private:
  void look_up();

  View& view_;
  const AccountNumber account_;
  const Instant at_;
  std::vector<Content> candidates_;
  std::vector<Content> contents_;
  std::unordered_set<Digest> known_;
};

}  // namespace yestermail
