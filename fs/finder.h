// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "store/view.h"

namespace yestermail {

/// Finds messages for search/<query>/ of a mount. Safe for concurrent use.
class Finder {
 public:
  virtual ~Finder() = default;
  /// False: that is no query.
  virtual bool understands(std::string_view query) = 0;
  /// What the query means of all that an account ever had: the last version of each item that fits, by their ids; a
  /// bounded number, the newest ones. May take as long as reading what is new of the account. Errors: those of View.
  virtual std::vector<VersionId> find(const Account& account, std::string_view query) = 0;
};

}  // namespace yestermail
