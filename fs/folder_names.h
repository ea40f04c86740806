// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace yestermail {

/// The level names of a Maildir++ directory: ".A.B" is A, B. What lies deeper than kMaxFolderDepth stays in the last
/// one. Empty: the directory is no folder.
std::vector<std::string> maildir_folder_path(std::string_view directory);

/// Readable names for siblings, in the order given: decoded from modified UTF-7 or UTF-8, and as safe_text() makes
/// them. All different, different from `taken`, none like a message's name. A name that had to be changed, or that
/// another has already, ends in ~ and a few characters that depend on the raw bytes alone; of those that only decode
/// alike the smallest raw bytes keep the plain name. `raw` must be different from one another.
std::vector<std::string> readable_folder_names(const std::vector<std::string>& raw, const std::set<std::string>& taken);

/// Likewise for accounts, whose names are in no encoding; none is "@server".
std::vector<std::string> readable_account_names(const std::vector<std::string>& raw);

}  // namespace yestermail
