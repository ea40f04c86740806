// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>

#include "fs/gathering.h"
#include "store/view.h"

namespace yestermail {

/// An item's state at an instant, or the last one before it where it was gone by then; nullopt: it came later.
std::optional<Version> newest_by(View& view, AccountNumber account, ItemId item, Instant at);

/// Finds the folders in which one account's messages stood, and remembers them. One thread at a time.
class FolderFinder {
 public:
  FolderFinder(View& view, const Account& account) : view_(view), account_(account) {}

  /// The folder that `directory` was at `at`, or when it was there last before; nullopt: it was none.
  std::optional<FolderLine> folder(ItemId directory, Instant at);
  /// The folder of a message in `directory`, one of its folder's two. Where that moved meanwhile, all its messages are
  /// found where the first was.
  const std::optional<FolderLine>& of_message(ItemId directory, Instant at);
  /// True where a folder of the same name is in `account` at `at`.
  bool stands(const FolderLine& line, const Account& account, Instant at);

 private:
  View& view_;
  const Account& account_;
  std::map<ItemId, std::optional<FolderLine>> lines_;
};

}  // namespace yestermail
