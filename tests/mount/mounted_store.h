// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/posix_filesystem.h"
#include "fs/mount.h"
#include "store/store.h"
#include "tests/support/recording_log.h"
#include "tests/support/store_script.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_clock.h"
#include "tests/support/tree_compare.h"

namespace yestermail::test {

/// Why nothing can be mounted here, if so.
std::optional<std::string> why_no_mounts();

/// Takes away whatever is mounted there; harmless where nothing is.
void unmount(const std::string& path);

/// What any program sees: the bytes of a file, and its status.
std::string content(const std::string& path);
struct stat status_of(const std::string& path);

/// A mount that a thread of this process serves, until the object goes.
class ServedMount {
 public:
  /// Returns when it is ready; throws what serve_mount() throws before that.
  ServedMount(View& view, const Clock& clock, Log& log, MountOptions options);
  ServedMount(const ServedMount&) = delete;
  ServedMount& operator=(const ServedMount&) = delete;
  ~ServedMount();

  [[nodiscard]] const std::string& path() const { return options_.mountpoint; }

 private:
  MountOptions options_;
  std::thread thread_;
};

/// A real store, and room for mounts of it. Skips where nothing can be mounted.
class MountTest : public testing::Test {
 protected:
  MountTest();
  void SetUp() override;

  StoreWorld world() { return {disk_, clock_, log_}; }
  [[nodiscard]] std::string store_path() const { return directory_ / "store"; }
  Instant record(const StoreStep& step);
  Instant record(const std::string& account, std::vector<Edit> edits);
  void make_account(const std::string& name, int mails);
  void mount(std::vector<std::string> fuse_options = {});
  void mount(View& view, std::vector<std::string> fuse_options = {});
  [[nodiscard]] std::string at(const std::string& relative) const { return mount_->path() + "/" + relative; }
  /// A counter of .status.
  [[nodiscard]] int requests(const std::string& kind) const;

  TempDirectory directory_;
  PosixFilesystem disk_;
  TestClock clock_;
  RecordingLog log_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<ServedMount> mount_;
};

}  // namespace yestermail::test
