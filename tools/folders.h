// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "store/view.h"

namespace yestermail {

/// A directory that holds mail or other items of an account.
struct MailFolder {
  std::string path;  ///< as people know it and the mount shows it, UTF-8: INBOX, Projects/R&D
  ItemId item;       ///< of that directory
};

/// The mail folders of an account at an instant, by path, INBOX first.
std::vector<MailFolder> folders_at(View& view, const Clock& clock, const Account& account, Instant at);

/// The folder that `name` means: its path, its path as the terminal shows it, or a directory as it is named on disk (or
/// shown), from the account's root. Error{kNotFound} otherwise.
MailFolder folder_named(View& view, const Clock& clock, const Account& account, std::string_view name, Instant at);

/// Where a directory stood, from the account's root: "", ".Projects.R&-D".
std::string directory_of(View& view, AccountNumber account, ItemId directory, Instant at);

/// The directories of a folder in which messages stand: cur and new, as far as there are any.
std::vector<ItemId> message_directories(View& view, AccountNumber account, ItemId folder, Instant at);

/// Calls `each` with the versions that stand in a directory at an instant, a batch at a time.
template <class Each>
void for_each_entry(View& view, AccountNumber account, ItemId directory, Instant at, const Each& each) {
  const auto ids = view.list(account, directory, at);
  constexpr std::size_t kBatch = 512;
  for (std::size_t from = 0; from < ids.size(); from += kBatch) {
    const auto batch = std::span(ids).subspan(from, std::min(kBatch, ids.size() - from));
    for (const auto& version : view.versions(account, batch)) each(version);
  }
}

/// Tells which folder something was in, for many items of an account: what was found out is kept. One thread.
class FolderNamer {
 public:
  FolderNamer(View& view, AccountNumber account, std::string layout)
      : view_(view), account_(account), layout_(std::move(layout)) {}

  /// The path of the folder that `directory` is, or that it is the cur, new or tmp of, as people know it.
  std::string path_of(ItemId directory, Instant at);

 private:
  struct Known {
    std::string path;
    Instant since;
    Instant until;
  };
  Known find_out(ItemId directory, Instant at);

  View& view_;
  AccountNumber account_;
  std::string layout_;
  std::map<ItemId, Known> known_;
};

/// The path as people know it of a directory that is named on disk ".Projects.R&-D" or, with the layout fs,
/// "Projects/R&-D". Two folders whose names only decode alike get the same path here; the mount tells them apart.
std::string readable_path(std::string_view layout, const std::vector<std::string>& directories);

/// The parts of a path between its slashes.
std::vector<std::string> split_path(std::string_view path);

}  // namespace yestermail
