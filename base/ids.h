// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "base/strong.h"

namespace yestermail {

/// An account's number in its store: the item id of its entry in the server account. The server account itself is 0.
/// Never used again for another account.
using AccountNumber = Strong<std::uint32_t, struct AccountNumberTag>;

/// An item or directory of one account over its whole life: it stays the same over renames, moves and flag changes.
/// The root of every account is 1; 0 is none.
using ItemId = Strong<std::uint64_t, struct ItemIdTag>;

/// One version of an item in its account: its state over [since, until). 0 is none.
using VersionId = Strong<std::uint64_t, struct VersionIdTag>;

/// Number of a transaction in the journal of a store; strictly increasing.
using Lsn = Strong<std::uint64_t, struct LsnTag>;

inline constexpr AccountNumber kServerAccount{0};
inline constexpr ItemId kNoItem{0};
inline constexpr ItemId kRootItem{1};

}  // namespace yestermail
