// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/posix_filesystem.h"
#include "scanner/scan.h"
#include "store/store.h"
#include "tests/support/maildir_builder.h"
#include "tests/support/recording_log.h"
#include "tests/support/shown_store.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {

/// A store, an account alice@example.com with an empty Maildir, and scans of the one into the other. All real.
class ScanWorld {
 public:
  ScanWorld();

  /// Where the mail stands: mail/<domain>/<user>/Maildir.
  [[nodiscard]] std::string mail() const { return directory / "mail"; }
  [[nodiscard]] std::string alice() const { return mail() + "/example.com/alice/Maildir"; }
  MaildirBuilder box() const { return MaildirBuilder(alice()); }

  ScanReport scan(ScanOptions options = {});
  /// As scan(), and nothing may fail; afterwards the store shows just what the disk shows.
  ScanReport scan_exactly(ScanOptions options = {});
  void expect_store_is_disk() { expect_store_is_disk(view()); }
  void expect_store_is_disk(View& view);
  /// Closes the store and opens it again.
  void reopen();

  View& view() { return recorder->view(); }
  AccountNumber account(const std::string& name = "alice@example.com");
  /// The lasting version at a path of the account ("" is its root), or at an instant.
  std::optional<Version> at(const std::string& path, Instant instant = kForever);
  /// An item that must be there.
  ItemId item(const std::string& path);
  std::vector<Version> history(ItemId item) { return view().history(account(), item); }
  /// Causes of an item's versions, oldest first.
  std::vector<Cause> causes(ItemId item);

  TempDirectory directory;
  PosixFilesystem disk;
  SystemClock clock;
  RecordingLog log;
  std::vector<std::string> sources;
  std::string store_path = directory / "store";
  std::unique_ptr<Recorder> recorder;
};

/// What a scan should record of an account's Maildir, read from the disk by simpler means.
ShownAccount shown_on_disk(const std::string& maildir);

void write(const std::string& path, const std::string& text);
std::string contents(const std::string& path);

/// Waits until directories that were changed last now are remembered by a scan: their stamps have to be 2 s old.
void grow_old();

}  // namespace yestermail::test
