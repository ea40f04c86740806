// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "restore/destination.h"

namespace yestermail {

/// A directory of .eml files with readable names, in a directory for each folder. Whoever may list
/// the root cannot read them: they are private to who makes them.
class EmlTree final : public Destination {
 public:
  /// The readable name of a message, ending in .eml, no other message's of the account.
  using NameOf = std::function<std::string(ItemId item, const EntryState& state)>;

  /// `flat`: without directories for folders.
  /// `root`: nothing where it is not there, for a dry run.
  EmlTree(std::optional<HeldDirectory> root, NameOf name_of, bool flat)
      : root_(std::move(root)), name_of_(std::move(name_of)), flat_(flat) {}
  EmlTree(const EmlTree&) = delete;
  EmlTree& operator=(const EmlTree&) = delete;
  ~EmlTree() override;

  std::unique_ptr<FolderStyle> open_folder(const FolderPlace& place, bool dry_run) override;

 private:
  std::optional<HeldDirectory> root_;
  NameOf name_of_;
  const bool flat_;
};

}  // namespace yestermail
