// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/clock.h"
#include "fs/finder.h"
#include "tools/store_search.h"

namespace yestermail {

/// What a mount finds by: the search indexes of the store. Safe for concurrent use.
class MountFinder final : public Finder {
 public:
  MountFinder(SearchWorld world, const Clock& clock, const std::string& store, std::string temporary)
      : clock_(clock), search_(world, store, std::move(temporary)) {}

  bool understands(std::string_view query) override;
  std::vector<VersionId> find(const Account& account, std::string_view query) override;

 private:
  const Clock& clock_;
  StoreSearch search_;
};

}  // namespace yestermail
