// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "store/entry.h"

namespace yestermail {

/// The gaps that account.json tells of.
struct RecordedGaps {
  std::vector<Gap> of_store;    ///< about all accounts
  std::vector<Gap> of_account;  ///< about this one
};

}  // namespace yestermail
