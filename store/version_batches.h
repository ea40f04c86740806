// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "store/view.h"

namespace yestermail {

/// Calls `use` with the versions of `ids`, some hundred at a time.
template <class Use>
void in_batches(View& view, AccountNumber account, std::span<const VersionId> ids, Use&& use) {
  constexpr std::size_t kAtOnce = 256;
  while (!ids.empty()) {
    const auto count = std::min(kAtOnce, ids.size());
    use(view.versions(account, ids.first(count)));
    ids = ids.subspan(count);
  }
}

}  // namespace yestermail
