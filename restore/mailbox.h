// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "restore/destination.h"
#include "restore/held_directory.h"

namespace yestermail {

/// A Maildir that a mail server may be using meanwhile. What is made in it belongs to its owner.
class Mailbox final : public Destination {
 public:
  /// `root`: nothing where it is not there, for a dry run. `control`: where Dovecot keeps its control files, if that is
  /// elsewhere. `layout`: "maildir++" or "fs".
  Mailbox(std::optional<HeldDirectory> root, std::optional<HeldDirectory> control, std::string layout);

  /// A folder that is not there is subscribed and made, as the layout has it.
  std::unique_ptr<FolderStyle> open_folder(const FolderPlace& place, bool dry_run) override;

 private:
  [[nodiscard]] std::optional<HeldDirectory> find(const std::string& directory) const;
  [[nodiscard]] HeldDirectory make(const std::string& directory) const;
  [[nodiscard]] std::optional<HeldDirectory> control_of(const std::string& directory, bool dry_run) const;

  std::optional<HeldDirectory> root_;
  std::optional<HeldDirectory> control_;
  const std::string layout_;
};

}  // namespace yestermail
