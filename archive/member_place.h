// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yestermail {

/// Where a member of an archive belongs, by its path.
struct MemberPlace {
  enum class Part : std::uint8_t {
    kText,       ///< README.txt, export.json, manifest.jsonl
    kDirectory,  ///< an account's own, and those of its blobs
    kRecord,     ///< account.json
    kTree,       ///< a file or a directory of the account
    kHistory,    ///< history.jsonl
    kBlob,       ///< a past content
  };
  Part part = Part::kText;
  std::string directory;  ///< of the account: accounts/NAME or ended/NAME~ID
  /// kTree: the path within the account, as the store has it: empty for the mail directory, cur/… below it, @home/… and
  /// @control/… for what stands beside it. kText: the name.
  std::string path;
};

/// Nothing where a path has none of the shapes of docs/archive.md: absolute, with `..`, longer than a path can be.
std::optional<MemberPlace> place_of_member(std::string_view path);

/// MemberPlace::path of a kTree; any other path as it is.
std::string path_in_account(const std::string& member);

}  // namespace yestermail
