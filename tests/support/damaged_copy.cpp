// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/damaged_copy.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/posix_filesystem.h"
#include "tests/support/maildir_builder.h"
#include "tests/support/recording_log.h"
#include "tests/support/small_store.h"
#include "tests/support/store_script.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

void make_store(const std::string& path) {
  PosixFilesystem disk;
  TestClock clock;
  RecordingLog log;
  create_small_store({disk, clock, log}, path);
  const auto recorder = open_recorder({disk, clock, log}, path, small_tuning());
  const auto perform_all = [&](const StoreScript& script) {
    for (const auto& step : script) {
      clock.advance_seconds(1000);
      perform(*recorder, step);
    }
  };
  perform_all(bulk_script());
  auto live = live_script();
  // Enough for several logs an account, the first too long to be merged with the next, and several segments.
  StoreStep many{StoreStep::Kind::kRecord, "", {}};
  for (std::uint64_t i = 0; i < 30; ++i) {
    many.edits.push_back(put_mail("alice@example.com", "new/many" + std::to_string(i), sample_mail(500 + i, 4000)));
  }
  live.insert(live.begin() + 4, many);
  live.insert(live.begin() + 7, {StoreStep::Kind::kPack, "", {}});
  perform_all(live);
}

}  // namespace

const std::string& DamagedCopy::original() {
  static const TempDirectory kTemp(TempDirectory::Where::kMemory);
  static const std::string kPath = [] {
    auto path = kTemp / "original";
    make_store(path);
    return path;
  }();
  return kPath;
}

DamagedCopy::DamagedCopy() { fs::copy(original(), path_, fs::copy_options::recursive); }

void DamagedCopy::flip(const std::string& file, std::uint64_t offset) const {
  std::fstream stream(path_ + "/" + file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekg(static_cast<std::streamoff>(offset));
  const int byte = stream.get();
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.put(static_cast<char>(byte ^ 0x10));
}

std::vector<std::string> DamagedCopy::files(const std::string& ending) const {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(path_)) {
    const auto file = entry.path().string().substr(path_.size() + 1);
    if (entry.is_regular_file() && file.ends_with(ending)) found.push_back(file);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace yestermail::test
