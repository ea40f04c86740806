// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "store/view.h"

namespace yestermail {

/// Tells where a directory of an account stood at an instant. Remembers a bounded number of directories. One thread.
class DirectoryPaths {
 public:
  DirectoryPaths(View& view, AccountNumber account) : view_(view), account_(account) {}

  /// Relative to the root, "" of the root itself. A directory that was not there counts as it was last; one that never
  /// was is "?".
  std::string path_of(ItemId directory, Instant at);

 private:
  struct Known {
    ItemId parent;
    std::string name;
    Instant since;
    Instant until;
  };
  const Known& known(ItemId directory, Instant at);

  View& view_;
  const AccountNumber account_;
  std::map<ItemId, Known> known_;
};

}  // namespace yestermail
