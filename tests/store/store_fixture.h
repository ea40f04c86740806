// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/posix_filesystem.h"
#include "store/blob_splitter.h"
#include "store/store.h"
#include "tests/support/recording_log.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {

/// A real store in a directory of its own, with a clock that the test moves.
class StoreFixture : public ::testing::Test {
 protected:
  explicit StoreFixture(const StoreTuning& tuning = quick()) { create_store(world(), path(), {}, tuning); }

  /// Segments that take no time to fill with zeros.
  static StoreTuning quick() {
    StoreTuning tuning;
    tuning.journal_segment_bytes = 1U << 20U;
    return tuning;
  }

  [[nodiscard]] StoreWorld world() { return {disk_, clock_, log_}; }
  [[nodiscard]] std::string path() const { return directory_ / "store"; }

  std::unique_ptr<Recorder> open(const StoreTuning& tuning = quick()) { return open_recorder(world(), path(), tuning); }

  static AccountNumber add_account(Recorder& recorder, const std::string& name) {
    Account account;
    account.name = name;
    account.source = "maildir:/srv/mail/" + name;
    account.layout = "maildir++";
    const auto number = recorder.add_account(account);
    EntryState root;
    root.kind = EntryKind::kDirectory;
    root.mode = 0700;
    const std::vector<Change> changes{Put{kRootItem, Cause::kArrived, root, {}}};
    recorder.record(number, changes, {});
    return number;
  }

  /// A file entry of the account's root directory.
  static EntryState file(const std::string& name, const std::string& content, ItemId parent = kRootItem) {
    EntryState state;
    state.kind = EntryKind::kMessage;
    state.parent = parent;
    state.name = name;
    state.digest = Digest::of(as_bytes(content));
    state.size = content.size();
    state.mtime_ns = 1'700'000'000'123'456'789;
    state.mode = 0600;
    state.sender = "Bob";
    state.subject = "About " + name;
    return state;
  }

  static Instant put(Recorder& recorder, AccountNumber account, ItemId item, const std::string& name,
                     const std::string& content, Cause cause = Cause::kArrived, VersionId body = {}) {
    const std::vector<Change> changes{Put{item, cause, file(name, content), body}};
    const std::vector<Bytes> blobs{to_bytes(content)};
    return recorder.record(account, changes, blobs);
  }

  static std::string read_blob(View& view, AccountNumber account, const Digest& digest) {
    const auto reader = view.open_blob(account, digest);
    Bytes bytes(static_cast<std::size_t>(reader->size()));
    bytes.resize(reader->read(0, bytes));
    return std::string(as_text(bytes));
  }

  static std::vector<std::string> names(View& view, AccountNumber account, Instant at, ItemId directory = kRootItem) {
    std::vector<std::string> all;
    for (const auto& version : view.versions(account, view.list(account, directory, at)))
      all.push_back(version.state.name);
    return all;
  }

  TempDirectory directory_;
  PosixFilesystem disk_;
  TestClock clock_;
  RecordingLog log_;
};

/// Text that does not compress to nothing, the same for the same seed.
inline std::string noise(std::size_t size, std::uint32_t seed) {
  std::string text(size, ' ');
  for (auto& c : text) {
    seed = seed * 1664525U + 1013904223U;
    c = static_cast<char>('!' + (seed >> 24U) % 90);
  }
  return text;
}

}  // namespace yestermail::test
