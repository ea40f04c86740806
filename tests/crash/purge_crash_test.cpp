// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts the power at the steps of a purge, and of its recovery: what is to go is gone from every byte, or the purge
// never began; everything else is there, whole.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "store/layout.h"
#include "store/store.h"
#include "tests/crash/sqlite_files.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/fault_filesystem.h"
#include "tests/support/recording_log.h"
#include "tests/support/small_store.h"
#include "tests/support/store_search.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

std::uint64_t crash_sampling() {
  return std::max<std::uint64_t>(1, campaign_setting("YESTERMAIL_CRASH_EVERY", for_this_build(15, 1)));
}

using Shown = std::tuple<Instant, Instant, EntryState, std::string>;
using History = std::map<std::pair<std::uint32_t, std::uint64_t>, Shown>;

std::string text(const std::string& word, std::size_t size, unsigned seed) {
  std::string all = "Subject: " + word + "\n\n";
  std::mt19937 random(seed);
  while (all.size() < size) all += static_cast<char>('!' + random() % 90);
  return all + word + "\n";
}

std::string blob_of(View& view, AccountNumber account, const Digest& digest) {
  const auto reader = view.open_blob(account, digest);
  std::string bytes(static_cast<std::size_t>(reader->size()), ' ');
  reader->read(0, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

History history_of(View& view) {
  History all;
  for (std::uint32_t number = 0; number < 30; ++number) {
    const AccountNumber account{number};
    if (!view.account(account)) continue;
    for (const auto& happening : view.happenings(account, Instant{}, kForever, SIZE_MAX / 2)) {
      const auto& version = happening.version;
      const auto bytes = version.state.digest ? blob_of(view, account, *version.state.digest) : "";
      all[{number, version.id.value}] = {version.since, version.until, version.state, bytes};
    }
  }
  return all;
}

/// A store with something to remove in packs, pool, logs and journal, and what it is to be before and after.
class Scene {
 public:
  Scene() {
    fs::create_directory(start());
    create_small_store(world(), start() + "/store");
    const auto recorder = open_recorder(world(), start() + "/store", small_tuning());
    const auto alice = account(*recorder, "alice@example.com");
    const auto bob = account(*recorder, "bob@example.com");
    const auto carol = account(*recorder, "carol-gone@example.com");
    PurgeRequest request{alice, false, {}};
    const auto shared = text("shared", 9'000, 1);
    for (unsigned i = 0; i < 12; ++i) {
      const bool goes = i % 3 == 0;
      const auto item = recorder->new_item(alice);
      const auto word = (goes ? "gone" : "kept") + std::to_string(i);
      const auto version = put(*recorder, alice, item, word, text(word, i % 2 == 0 ? 7'000 : 300, i));
      if (goes) request.versions.push_back(version);
      if (i % 4 == 0) put(*recorder, alice, item, word + "!", text(word, 200, i));
      if (i % 4 == 0 && goes) request.versions.push_back(recorder->view().item_at(alice, item, kForever)->id);
      if (i == 5) request.versions.push_back(put(*recorder, alice, recorder->new_item(alice), "a-gone", shared));
      if (i == 6) put(*recorder, bob, recorder->new_item(bob), "b", shared);
      if (i == 7) put(*recorder, carol, recorder->new_item(carol), "c", text("gone-carol", 6'000, 70));
      if (i == 8) recorder->pack_now();
    }
    recorder->end_account(carol);
    before = history_of(recorder->view());
    after = before;
    for (const auto version : request.versions) after.erase({alice.value, version.value});
    std::erase_if(after, [&](const auto& entry) {
      const auto [number, version] = entry.first;
      return number == carol.value || std::get<2>(entry.second).name == "carol-gone@example.com";
    });
    std::sort(request.versions.begin(), request.versions.end());
    requests = {request, {carol, true, {}}};
  }

  [[nodiscard]] std::string start() const { return temp_ / "start"; }
  [[nodiscard]] std::string copy_to(const std::string& path) const {
    fs::copy(start(), path, fs::copy_options::recursive);
    return path;
  }

  History before;
  History after;
  std::vector<PurgeRequest> requests;

 private:
  StoreWorld world() { return {disk_, clock_, log_}; }

  AccountNumber account(Recorder& recorder, const std::string& name) {
    Account profile;
    profile.name = name;
    profile.source = "maildir:/" + name;
    profile.layout = "maildir++";
    clock_.advance_seconds(1);
    return recorder.add_account(profile);
  }

  VersionId put(Recorder& recorder, AccountNumber account, ItemId item, const std::string& name,
                const std::string& content) {
    EntryState state;
    state.kind = EntryKind::kMessage;
    state.parent = kRootItem;
    state.name = name;
    state.subject = name;
    state.digest = Digest::of(as_bytes(content));
    state.size = content.size();
    const std::vector<Change> changes{Put{item, Cause::kArrived, state, {}}};
    const std::vector<Bytes> blobs{to_bytes(content)};
    clock_.advance_seconds(1);
    recorder.record(account, changes, blobs);
    return recorder.view().item_at(account, item, kForever)->id;
  }

  TempDirectory temp_{TempDirectory::Where::kMemory};
  PosixFilesystem disk_;
  TestClock clock_;
  RecordingLog log_;
};

/// Opens the store in `path`, as the next writer, and says what is wrong with it.
std::string wrong_with(const std::string& path, const Scene& scene, bool acknowledged) {
  PosixFilesystem disk;
  const TestClock clock(Instant{1'900'000'000LL * kMicrosPerSecond});
  RecordingLog log;
  const bool begun = disk.exists(Layout(path).purging());
  try {
    History shown;
    {
      const auto recorder = open_recorder({disk, clock, log}, path, small_tuning());
      shown = history_of(recorder->view());
    }
    const bool purged = shown == scene.after;
    if (!purged && (acknowledged || begun || shown != scene.before)) {
      std::string what = "what is shown is neither the one nor the other:";
      for (const auto& [key, version] : shown) {
        if (!scene.after.contains(key)) what += " +" + std::to_string(key.first) + "/" + std::to_string(key.second);
      }
      for (const auto& [key, version] : scene.after) {
        if (!shown.contains(key)) what += " -" + std::to_string(key.first) + "/" + std::to_string(key.second);
      }
      return what;
    }
    if (disk.exists(Layout(path).purging())) return "the purge is not finished";
    if (!disk.list(Layout(path).staging()).empty()) return "something is left in tmp/";
    const auto found = purged ? find_in_store(path, {"gone"}) : std::vector<std::string>{};
    if (!found.empty()) return "found: " + found.front();
    // And all of it again from the truth alone.
    remove_sqlite_files(path);
    const auto recorder = open_recorder({disk, clock, log}, path, small_tuning());
    return history_of(recorder->view()) == shown ? "" : "made anew it is not the same";
  } catch (const Error& error) {
    return std::string("error: ") + error.what();
  }
}

/// True when the purge was acknowledged.
bool purge(FaultFilesystem& disk, const std::string& path, const Scene& scene) {
  const TestClock clock(Instant{1'800'000'000LL * kMicrosPerSecond});
  RecordingLog log;
  try {
    const auto recorder = open_recorder({disk, clock, log}, path, small_tuning());
    if (!scene.requests.empty()) recorder->purge(scene.requests);
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::string place(const FaultFilesystem& disk, std::uint64_t step) {
  const auto history = disk.history();
  if (history.size() < step) return "step " + std::to_string(step) + ": ";
  return "step " + std::to_string(step) + " (" + history[step - 1].call + " " + history[step - 1].path + "): ";
}

constexpr std::pair<PowerCut::Names, PowerCut::Blocks> kPurgeCuts[] = {
    {PowerCut::Names::kKept, PowerCut::Blocks::kKept},
    {PowerCut::Names::kKept, PowerCut::Blocks::kLost},
    {PowerCut::Names::kLost, PowerCut::Blocks::kLost},
    {PowerCut::Names::kSome, PowerCut::Blocks::kSome}};

/// Crashes at every so-manieth step of a purge of the store in `start`; returns how many steps there were.
std::uint64_t crash_at_steps(const Scene& scene, const std::string& start, std::uint64_t every, bool recovery) {
  std::uint64_t step = 1 + campaign_seed() % every;
  std::uint64_t points = 0;
  for (bool crashed = true; crashed; step += every) {
    const TempDirectory temp{TempDirectory::Where::kMemory};
    fs::copy(start, temp / "run", fs::copy_options::recursive);
    FaultFilesystem disk(temp / "run");
    SqliteFiles files;
    disk.before_each_step([&](const FaultFilesystem::Step& at) {
      if (at.number == step) files = read_sqlite_files(temp / "run");
    });
    disk.crash_at(step);
    const bool acknowledged = purge(disk, temp / "run/store", scene) && !recovery;
    disk.before_each_step(nullptr);
    crashed = disk.crashed();
    if (!crashed) files = read_sqlite_files(temp / "run");
    for (std::size_t i = 0; i < std::size(kPurgeCuts); ++i) {
      // Two of the four at each step; the others at the next.
      if ((i + step / every) % 2 != 0) continue;
      const PowerCut cut{kPurgeCuts[i].first, kPurgeCuts[i].second, step};
      const auto path = temp / std::to_string(i);
      disk.power_cut(cut, path);
      put_sqlite_files(path, files);
      if ((step + i) % 3 == 0) remove_sqlite_files(path);
      ++points;
      const auto wrong = wrong_with(path + "/store", scene, acknowledged);
      EXPECT_EQ(wrong, "") << place(disk, step) << to_string(cut) << ((step + i) % 3 == 0 ? ", no SQLite files" : "");
      if (!wrong.empty()) return step;
    }
  }
  std::cout << "crash tests: purge: " << step << " steps, " << points << " openings\n";
  return step;
}

TEST(PurgeCrashTest, APurgeSurvivesACrashAtItsSteps) {
  const Scene scene;
  EXPECT_GT(crash_at_steps(scene, scene.start(), 7 * crash_sampling(), false), 50U);
}

TEST(PurgeCrashTest, ItsRecoverySurvivesACrashToo) {
  Scene scene;
  int resumptions = 0;
  for (const std::uint64_t first : {150U, 190U, 230U}) {
    const TempDirectory temp{TempDirectory::Where::kMemory};
    {
      FaultFilesystem disk(scene.copy_to(temp / "run"));
      disk.crash_at(first);
      purge(disk, temp / "run/store", scene);
      disk.power_cut({PowerCut::Names::kLost, PowerCut::Blocks::kLost, 0}, temp / "left");
      remove_sqlite_files(temp / "left");
    }
    if (!fs::exists(temp / "left/store/purging")) continue;
    ++resumptions;
    auto resumed = std::exchange(scene.requests, {});
    crash_at_steps(scene, temp / "left", 13 * crash_sampling(), true);
    scene.requests = std::move(resumed);
  }
  EXPECT_GT(resumptions, 1);
}

TEST(PurgeCrashTest, AFailedCallLosesNothingAndIsMadeGood) {
  const Scene scene;
  std::uint64_t points = 0;
  for (const int error : {EIO, ENOSPC}) {
    for (const bool for_ever : {false, true}) {
      const auto every = 29 * crash_sampling();
      for (std::uint64_t step = 1 + points % 29; step < 250; step += every) {
        const TempDirectory temp{TempDirectory::Where::kMemory};
        FaultFilesystem disk(scene.copy_to(temp / "run"));
        disk.fail_at(step, error, for_ever);
        const bool acknowledged = purge(disk, temp / "run/store", scene);
        const auto files = read_sqlite_files(temp / "run");
        const bool kept = step % 2 == 0;
        const PowerCut cut{kept ? PowerCut::Names::kKept : PowerCut::Names::kLost,
                           kept ? PowerCut::Blocks::kKept : PowerCut::Blocks::kLost, 0};
        disk.power_cut(cut, temp / "cut");
        put_sqlite_files(temp / "cut", files);
        ++points;
        const auto wrong = wrong_with(temp / "cut/store", scene, acknowledged);
        ASSERT_EQ(wrong, "") << place(disk, step) << error << to_string(cut);
      }
    }
  }
  std::cout << "crash tests: purge with failed calls: " << points << " points\n";
}

}  // namespace
}  // namespace yestermail::test
