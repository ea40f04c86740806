// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "archive/archive_builder.h"
#include "archive/export.h"

namespace yestermail {

/// Who hears of an account's export, and what was exported before it.
struct ExportHearer {
  ExportProgress& progress;
  const ExportTally& before;
};

/// Adds one account of the order to an archive. What of the store is damaged is told, and the rest goes on.
ExportTally write_account(View& view, const ExportOrder& order, const ExportAccount& account, ArchiveBuilder& builder,
                          const ExportHearer& hearer);
/// Counts what that would add, and reads no content.
ExportTally measure_account(View& view, const ExportOrder& order, const ExportAccount& account,
                            const ExportHearer& hearer);

}  // namespace yestermail
