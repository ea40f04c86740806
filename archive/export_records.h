// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "archive/export.h"
#include "archive/recorded_gaps.h"

namespace yestermail {

/// The version of the format.
inline constexpr int kExportFormat = 1;

/// The texts of an archive, as docs/archive.md describes them: JSON that ends with a line feed.
std::string export_record(const ExportOrder& order);
std::string account_record(const ExportAccount& account, const RecordedGaps& gaps);
/// One line. `folder`: the path of the version's directory; `until` is shown as open behind `at`.
std::string history_record(const Version& version, const std::string& folder, Instant at);
std::string export_readme(const ExportOrder& order);

}  // namespace yestermail
