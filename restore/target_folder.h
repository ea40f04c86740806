// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "restore/present_files.h"
#include "restore/report.h"
#include "restore/staged_files.h"
#include "store/view.h"

namespace yestermail {

/// Where a folder's items go, and how their files are named there. What differs between a Maildir and a directory of
/// .eml files; one thread.
class FolderStyle {
 public:
  /// The place of a file.
  struct Spot {
    const HeldDirectory* directory = nullptr;
    std::string name;
    std::string lost;  ///< what of the item's state could not be kept; printable, may be empty
  };

  virtual ~FolderStyle() = default;
  /// The directories in which items stand.
  [[nodiscard]] virtual std::vector<const HeldDirectory*> directories() const = 0;
  /// Where files are written before they get their names.
  [[nodiscard]] virtual const HeldDirectory& staging() const = 0;
  /// Whose the files are.
  [[nodiscard]] virtual FileOwner owner() const = 0;
  [[nodiscard]] virtual PresentFiles::BaseOf base_of() const = 0;
  /// The base name that the item would have if it is free.
  [[nodiscard]] virtual std::string wanted_base(const Wanted& item) const = 0;
  /// Another one that no other item has. `attempt` from 1.
  [[nodiscard]] virtual std::string other_base(const Wanted& item, unsigned attempt) const = 0;
  /// The file under that base name.
  virtual Spot spot(const Wanted& item, const std::string& base) = 0;
};

/// Puts items into one folder: first look() at all of them, so that each finds its own file where it is there already,
/// then add() those that look() did not find, then finish(). One thread.
class TargetFolder {
 public:
  struct Setting {
    View& view;
    AccountNumber account;
    const ReportSink& report;
    bool dry_run = false;
  };

  TargetFolder(const Setting& setting, std::unique_ptr<FolderStyle> style);

  /// True: its file is there under its own name, which is reported.
  bool look(const Wanted& item);
  /// Writes it, unless the same bytes stand there under another name. Reported now, or when its batch is durable. A
  /// full disk ends the operation by an Error; other failures are reported.
  void add(const Wanted& item);
  /// On return all is durable and reported.
  void finish();

 private:
  void report_present(const Wanted& item, std::string name);
  void report_failed(const Wanted& item, const Error& error);
  void stage(const Wanted& item);
  void publish_batch();
  FolderStyle::Spot publish_first(const Wanted& item);

  const Setting setting_;
  const std::unique_ptr<FolderStyle> style_;
  PresentFiles present_;
  std::optional<StagedFiles> staged_;  // Nothing in a dry run.
  std::vector<Wanted> batch_;          // What was staged, in the same order.
  std::uint64_t batch_bytes_ = 0;
};

}  // namespace yestermail
