// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "store/recorder.h"
#include "store/view.h"

namespace yestermail {

/// What is to be erased.
struct Erasure {
  std::vector<PurgeRequest> requests;
  std::vector<Account> living;      ///< that have to end first
  std::vector<std::string> others;  ///< accounts that have the same content
  std::vector<std::string> live;    ///< what stands in the live mailbox, as the last scan saw it, printable
};

/// `what`: ACCOUNT, or ACCOUNT/FOLDER/ITEM as it was named at `at`. Of an item all versions, and the copies of a mail
/// in its account. Changes nothing. Error{kNotFound}, {kUsage}; {kFailed} where a hold keeps it.
Erasure plan_erasure(View& view, const Clock& clock, const std::string& what, Instant at);

}  // namespace yestermail
