// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scanner/beneath.h"
#include "scanner/source_spec.h"

namespace yestermail {

/// A directory that is opened in two steps: `anchor`, which the administrator named, then down `below`, where nothing
/// may be a symlink.
struct TreePlace {
  std::string anchor;
  std::string below;
};
OpenResult open_place(const TreePlace& place);
/// "directory/name"; the name alone in the top, "".
std::string path_in(const std::string& directory, std::string_view name);

/// Where one account stands on the disk.
struct AccountSource {
  std::string name;
  std::string layout;
  std::string source;                ///< specification for this account alone
  TreePlace mail;                    ///< the mail tree
  std::optional<TreePlace> home;     ///< where sieve scripts may stand
  std::optional<TreePlace> control;  ///< its control files, where they stand elsewhere
};

/// What the disk shows of a source.
struct FoundAccounts {
  std::vector<AccountSource> accounts;  ///< by name
  std::vector<std::string> failures;    ///< printable lines: directories that could not be listed, symlinks
  bool anchor_opened = false;           ///< the part before the first variable is there and can be opened
  bool any_mail = false;                ///< one of the accounts is a mail tree, not just an empty directory
  bool missing = false;                 ///< it is not there
  bool last_missing = false;            ///< nothing has the name that ends the path
};

/// Finds the accounts of a source: every directory that its template matches and that is a mail tree, or empty.
FoundAccounts find_accounts(const SourceSpec& spec);

/// The account of this name in the source, whether it is on the disk or not.
std::optional<AccountSource> account_in(const SourceSpec& spec, std::string_view name);

/// Whether an account's mail directory has gone for good, as far as can be told now.
struct Absence {
  enum class Kind { kThere, kGone, kDoubtful };
  Kind kind = Kind::kDoubtful;
  std::string why;  ///< kDoubtful: printable
};

/// Gone is what is looked up twice and not there, in a directory that can be listed and is not just an empty
/// mountpoint: it has other entries, or it has the inode that was remembered of it when the account was last seen.
Absence confirm_absence(const AccountSource& account, std::optional<std::uint64_t> remembered_parent_inode);

/// The inode of the directory above the account's mail directory; nothing where it cannot be had.
std::optional<std::uint64_t> parent_inode(const AccountSource& account);

}  // namespace yestermail
