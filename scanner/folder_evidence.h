// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scanner/account_run.h"
#include "store/view.h"

namespace yestermail {

/// Where Dovecot keeps the UIDs and the GUID of a folder.
inline constexpr std::string_view kUidList = "dovecot-uidlist";

/// A recorded directory that is not on the disk under its name.
struct LostDirectory {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  Version version;
  TreeKind tree = TreeKind::kMail;
  std::optional<std::uint64_t> inode = std::nullopt;  ///< that it had
  std::size_t parent = kNone;  ///< the lost directory that it is in; kNone: its parent is still there
  bool matchable = true;       ///< false: cur, new or tmp, which go with their folder
  bool confirmed = false;      ///< certainly not there
  bool replaced = false;       ///< its name is another entry's now
  bool expanded = false;
  bool claimed = false;                                           ///< found elsewhere
  std::optional<std::optional<std::string>> guid = std::nullopt;  ///< none: not looked for yet
};

/// Tells which directory on the disk is which recorded one, when names no longer do.
class FolderEvidence {
 public:
  FolderEvidence(const AccountRun& run, View& view) : run_(run), view_(view) {}

  /// The folder's GUID, from the first line of its dovecot-uidlist; nothing where it has none, or none that can be
  /// read.
  [[nodiscard]] std::optional<std::string> guid_on_disk(TreeKind tree, const std::string& path) const;
  [[nodiscard]] std::optional<std::string> recorded_guid(ItemId directory) const;

  /// Whether what is in the directory fits what was in it: a message in common (in a directory that is no folder: a
  /// name), or nothing in either.
  [[nodiscard]] bool have_something_in_common(TreeKind tree, const std::string& path, ItemId recorded) const;

 private:
  const AccountRun& run_;
  View& view_;
};

/// The G… of a dovecot-uidlist's first line.
std::optional<std::string> folder_guid(std::string_view uidlist);

}  // namespace yestermail
