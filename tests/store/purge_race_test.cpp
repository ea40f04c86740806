// SPDX-License-Identifier: GPL-3.0-or-later
// Purges over and over what three threads record, remove, and record again with the same bytes: what a version refers
// to is always there.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "store/blob_splitter.h"
#include "store/store.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/recording_log.h"
#include "tests/support/small_store.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {
namespace {

constexpr std::size_t kContents = 40;
constexpr std::size_t kMostLasting = 6;

/// Some of them share attachments; so few that each is recorded again while it is being purged.
std::vector<std::string> contents() {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < kContents; ++i) {
    std::mt19937 random(static_cast<unsigned>(i % 13));
    std::string text = "Subject: mail " + std::to_string(i) + "\n\n";
    if (i % 3 != 0) {
      for (int n = 0; n < 5'000; ++n) text += static_cast<char>('!' + random() % 90);
    }
    all.push_back(text + "\nend of " + std::to_string(i) + "\n");
  }
  return all;
}

class Race {
 public:
  explicit Race(std::uint64_t enough) : enough_(enough) {
    create_small_store(world(), temp_ / "store");
    auto tuning = small_tuning();
    tuning.background_packing = true;
    recorder_ = open_recorder(world(), temp_ / "store", tuning);
    for (const char* name : {"alice@example.com", "bob@example.com"}) {
      Account profile;
      profile.name = name;
      profile.source = profile.layout = "x";
      accounts_.push_back(recorder_->add_account(profile));
    }
  }

  void run() {
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < 3; ++i) {
        threads.emplace_back([this, i] { guarded([&] { i == 2 ? record_in_bulk(i) : record_live(i); }); });
      }
      guarded([this] {
        while (commits_ < enough_ && !failed_) purge();
      });
      stop_ = true;
    }
    for (const auto& [key, content] : lasting_) expect_readable(key.first, key.second, content);
  }

  [[nodiscard]] std::string report() const {
    return "purge race: " + std::to_string(commits_) + " commits beside " + std::to_string(purges_) + " purges of " +
           std::to_string(versions_) + " versions and " + std::to_string(blobs_) + " contents";
  }
  [[nodiscard]] std::uint64_t blobs() const { return blobs_; }
  [[nodiscard]] std::string failure() {
    const std::scoped_lock lock(mutex_);
    return failure_;
  }

 private:
  StoreWorld world() { return {disk_, clock_, log_}; }

  template <class Work>
  void guarded(const Work& work) {
    try {
      work();
    } catch (const std::exception& error) {
      fail(error.what());
    }
  }
  void fail(const std::string& what) {
    const std::scoped_lock lock(mutex_);
    if (failure_.empty()) failure_ = what;
    failed_ = true;
  }

  Put put(ItemId item, std::size_t content) const {
    EntryState state;
    state.kind = EntryKind::kMessage;
    state.parent = kRootItem;
    state.name = std::to_string(item.value);
    state.digest = Digest::of(as_bytes(contents_[content]));
    state.size = contents_[content].size();
    return Put{item, Cause::kArrived, state, {}};
  }

  void expect_readable(AccountNumber account, ItemId item, std::size_t content) {
    const auto version = recorder_->view().item_at(account, item, kForever);
    if (!version) return fail("item " + std::to_string(item.value) + " is not there");
    const auto blob = recorder_->view().open_blob(account, *version->state.digest);
    std::string bytes(static_cast<std::size_t>(blob->size()), ' ');
    blob->read(0, std::as_writable_bytes(std::span(bytes)));
    if (bytes != contents_[content]) fail("item " + std::to_string(item.value) + " has other bytes");
  }

  /// Looks at what was recorded, and removes most of it.
  void look_and_remove(AccountNumber account, ItemId item, std::size_t content, std::mt19937& random) {
    ++commits_;
    expect_readable(account, item, content);
    std::pair<AccountNumber, ItemId> goes{account, item};
    if (random() % 4 == 0) {
      const std::scoped_lock lock(mutex_);
      lasting_[{account, item}] = content;
      if (lasting_.size() <= kMostLasting) return;
      goes = lasting_.begin()->first;
      lasting_.erase(lasting_.begin());
    }
    const std::vector<Change> changes{Remove{goes.second}};
    recorder_->record(goes.first, changes, {});
    ++commits_;
  }

  void record_live(unsigned seed) {
    std::mt19937 random(seed);
    while (!stop_ && !failed_) {
      const auto account = accounts_[random() % 2];
      const auto content = random() % kContents;
      const auto item = recorder_->new_item(account);
      const std::vector<Change> changes{put(item, content)};
      const std::vector<Bytes> blobs{to_bytes(contents_[content])};
      recorder_->record(account, changes, blobs);
      look_and_remove(account, item, content, random);
    }
  }

  void record_in_bulk(unsigned seed) {
    std::mt19937 random(seed);
    const auto session = recorder_->begin_bulk();
    while (!stop_ && !failed_) {
      std::vector<std::tuple<AccountNumber, ItemId, std::size_t>> some;
      for (int i = 0; i < 5; ++i) {
        const auto account = accounts_[random() % 2];
        const auto content = random() % kContents;
        const auto item = recorder_->new_item(account);
        MemorySource source(as_bytes(contents_[content]));
        session->store(account, source);
        session->add(account, put(item, content));
        some.emplace_back(account, item, content);
      }
      session->commit();
      for (const auto& [account, item, content] : some) look_and_remove(account, item, content, random);
    }
  }

  /// All that has ended.
  void purge() {
    std::vector<PurgeRequest> requests;
    for (const auto account : accounts_) {
      PurgeRequest request{account, false, {}};
      for (const auto& deletion : recorder_->view().deletions(account, {}, kForever, SIZE_MAX / 2)) {
        request.versions.push_back(deletion.version);
      }
      std::sort(request.versions.begin(), request.versions.end());
      requests.push_back(std::move(request));
    }
    const auto result = recorder_->purge(requests);
    ++purges_;
    versions_ += result.versions;
    blobs_ += result.blobs;
  }

  const std::uint64_t enough_;
  const std::vector<std::string> contents_ = contents();
  TempDirectory temp_{TempDirectory::Where::kMemory};
  PosixFilesystem disk_;
  SystemClock clock_;
  RecordingLog log_;
  std::vector<AccountNumber> accounts_;
  std::uint64_t purges_ = 0;
  std::uint64_t versions_ = 0;
  std::uint64_t blobs_ = 0;
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<bool> stop_{false};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;  // Guards the next two.
  std::string failure_;
  std::map<std::pair<AccountNumber, ItemId>, std::size_t> lasting_;
  std::unique_ptr<Recorder> recorder_;  // Last: it uses the world.
};

TEST(PurgeRace, NeverTakesWhatANewVersionRefersTo) {
  Race race(campaign_setting("YESTERMAIL_PURGE_RACE", for_this_build(1'000, 10'000)));
  race.run();
  std::cout << race.report() << "\n";
  EXPECT_EQ(race.failure(), "") << race.report();
  EXPECT_GT(race.blobs(), 0U);
}

}  // namespace
}  // namespace yestermail::test
