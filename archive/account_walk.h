// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "archive/read_ahead.h"
#include "store/view.h"

namespace yestermail {

/// What a walk meets: a directory, then its files, then its directories.
struct WalkSteps {
  std::function<void(const std::string& path, const Version& version)> entry;
  /// Something could not be read, or has a name that no file can have.
  std::function<void(const std::string& path, const Refusal& why)> refused;
};

/// Everything of an account at an instant, in the order of an archive: DIRECTORY/maildir, and what stands beside the
/// mail, DIRECTORY/home and DIRECTORY/control. Holds the directories that are still to be read, and a few entries.
void walk_account(View& view, const Account& account, Instant at, const std::string& directory, const WalkSteps& steps);

/// True for what a file can be called: 1 to 255 bytes, no slash, no NUL, not `.` or `..`.
bool is_file_name(std::string_view name);

}  // namespace yestermail
