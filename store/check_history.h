// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/filesystem.h"
#include "store/check_collector.h"
#include "store/check_journal.h"
#include "store/history_replay.h"
#include "store/layout.h"

namespace yestermail {

/// What the logs and the journal of one account say.
struct CheckedHistory {
  HistoryReplay replay;
  bool whole = true;  ///< nothing of it is damaged or missing, as far as that can be told without the catalog
};

/// Reads the logs of an account, each whole, and then what the journal had of it when it was read, which was before.
/// `collector`: where to say what is wrong; nullptr: nowhere. A log that was merged with others meanwhile is no damage.
/// `keep_puts`: as for HistoryReplay.
CheckedHistory read_history(Filesystem& disk, const Layout& layout, const Uuid& store, const Uuid& account,
                            const JournalImage& journal, bool keep_puts, CheckCollector* collector);

}  // namespace yestermail
