// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "store/pack_reader.h"
#include "tests/crash/byte_classes.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/check_findings.h"
#include "tests/support/damaged_copy.h"
#include "tests/support/maildir_builder.h"
#include "tests/support/recording_log.h"
#include "tests/support/small_store.h"
#include "tests/support/store_script.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// Where memory errors are looked for fewer of many like cases will do.
constexpr auto kEvery = static_cast<std::size_t>(for_this_build(3, 1));
constexpr auto kAClass = static_cast<std::size_t>(for_this_build(1, 2));  ///< regions of a class of bytes

std::optional<Bytes> read_if_there(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return to_bytes(std::string(std::istreambuf_iterator<char>(in), {}));
}

/// A repair of a copy, with or without the store as it was to take from.
class RepairTest : public ::testing::Test {
 protected:
  StoreWorld world() { return {disk_, clock_, log_}; }

  RepairReport repair(const DamagedCopy& copy, const RepairSources& sources = {}) {
    const auto report = repair_store(world(), copy.path(), check_all(copy.path()), sources);
    return report;
  }

  /// Blobs from the original, as another store; not its files.
  RepairSources blobs_of_original() {
    RepairSources sources;
    sources.blob = [this](const WantedBlob& wanted) -> std::optional<Bytes> {
      const auto view = open_view(world(), source_.path());
      const auto blob = view->open_blob(wanted.account.number, wanted.digest);
      Bytes bytes(static_cast<std::size_t>(blob->size()));
      blob->read(0, bytes);
      return bytes;
    };
    return sources;
  }

  RepairSources files_of_original() {
    RepairSources sources;
    sources.file = [this](const std::string& path) { return read_if_there(source_ / path); };
    sources.names = [this](const std::string& directory) {
      std::vector<std::string> names;
      for (const auto& entry : fs::directory_iterator(source_ / directory)) names.push_back(entry.path().filename());
      return names;
    };
    return sources;
  }

  /// All that a reader gets can still be had after the derived files were made anew.
  static void expect_lasting(const DamagedCopy& copy, std::uint64_t readable) {
    EXPECT_GE(count_readable(copy.path()), readable);
    for (const char* table : {".db", ".db-wal", ".db-shm"}) {
      for (const auto& file : copy.files(table)) fs::remove(copy / file);
    }
    EXPECT_GE(count_readable(copy.path()), readable) << "after all databases were made anew";
  }

  DamagedCopy source_;
  PosixFilesystem disk_;
  TestClock clock_{Instant{1'900'000'000LL * kMicrosPerSecond}};
  RecordingLog log_;
};

TEST_F(RepairTest, KeepsOfADamagedPackWhatCanBeReadAndPutsItAside) {
  const auto all = count_readable(source_.path());
  std::size_t tried = 0;
  for (const auto& [name, regions] : byte_classes(DamagedCopy::original())) {
    if (name.find(" pack: ") == std::string::npos) continue;
    for (std::size_t i = 0; i < regions.size(); i += std::max<std::size_t>(1, regions.size() / kAClass)) {
      const auto& region = regions[i];
      const DamagedCopy copy;
      copy.flip(region.path, region.offset + region.length / 2);
      const auto before = count_readable(copy.path());
      ++tried;
      const auto report = repair(copy);
      SCOPED_TRACE(name + " " + region.path);
      EXPECT_FALSE(fs::is_empty(copy / "quarantine"));
      const auto after = check_all(copy.path());
      EXPECT_EQ(after.versions_total, all - count_readable(copy.path()));
      for (const auto& file : after.files) EXPECT_EQ(file.kind, FileFinding::Kind::kNote) << file.path << file.what;
      expect_lasting(copy, before);
    }
  }
  EXPECT_GE(tried, 12U);
}

TEST_F(RepairTest, KeepsAnEmptyBlobThatHasAFrameOfItsOwn) {
  const TempDirectory temp;
  const auto store = temp / "store";
  create_small_store(world(), store);
  StoreStep step{StoreStep::Kind::kBulk};
  for (const auto* account : {"alice@example.com", "bob@example.com"}) step.edits.push_back(put_directory(account, ""));
  // What comes of another account ends a frame.
  step.edits.push_back(put_mail("alice@example.com", "empty:2,", ""));
  step.edits.push_back(put_mail("bob@example.com", "1:2,", sample_mail(1, 1500)));
  step.edits.push_back(put_mail("alice@example.com", "2:2,", sample_mail(2, 1500)));
  step.edits.push_back(put_mail("bob@example.com", "3:2,", sample_mail(3, 1500)));
  {
    const auto recorder = open_recorder(world(), store, small_tuning());
    for (const auto* account : {"alice@example.com", "bob@example.com"}) {
      perform(*recorder, {StoreStep::Kind::kAddAccount, account, {}});
    }
    perform(*recorder, step);
  }
  std::size_t damaged = 0;
  for (const auto& file : fs::recursive_directory_iterator(store)) {
    if (file.path().extension() != ".pack") continue;
    const auto contents = PackReader(disk_, file.path()).contents();
    if (contents.size() != 2 || contents[0].length != 0) continue;
    std::fstream(file.path(), std::ios::binary | std::ios::in | std::ios::out)
        .seekp(static_cast<std::streamoff>(contents[1].frame) + 40)
        .write("damaged!", 8);
    ++damaged;
  }
  ASSERT_EQ(damaged, 1U);
  const auto readable = count_readable(store);
  repair_store(world(), store, check_all(store), {});
  EXPECT_EQ(check_all(store).versions_total, 1U);
  EXPECT_EQ(count_readable(store), readable);
}

TEST_F(RepairTest, TakesWhatIsLostFromAnotherStore) {
  const auto all = count_readable(source_.path());
  for (const auto& [name, regions] : byte_classes(DamagedCopy::original())) {
    if (name != "account pack: frame payload" && name != "pool pack: frame payload") continue;
    for (std::size_t i = 0; i < regions.size(); i += 3 * kEvery) {
      const auto& region = regions[i];
      const DamagedCopy copy;
      copy.flip(region.path, region.offset + region.length / 2);
      SCOPED_TRACE(name + " " + region.path);
      const auto report = repair(copy, blobs_of_original());
      EXPECT_EQ(report.lost, 0U);
      expect_lasting(copy, all);
      EXPECT_EQ(damage_text(check_all(copy.path())), "");
    }
  }
}

TEST_F(RepairTest, TakesWhatIsLostWithWholePacks) {
  const auto all = count_readable(source_.path());
  const auto packs = source_.files(".pack");
  for (std::size_t i = 0; i < packs.size(); i += kEvery) {
    const auto& pack = packs[i];
    const DamagedCopy copy;
    fs::remove(copy / pack);
    SCOPED_TRACE(pack);
    repair(copy, blobs_of_original());
    EXPECT_EQ(count_readable(copy.path()), all);
    expect_lasting(copy, all);
    EXPECT_EQ(damage_text(check_all(copy.path())), "");
  }
}

TEST_F(RepairTest, PutsFilesBackFromACopyOfTheStore) {
  auto files = source_.files(".pack");
  const auto logs = source_.files(".log");
  files.insert(files.end(), logs.begin(), logs.end());
  for (std::size_t i = 0; i < files.size(); i += kEvery) {
    const auto& file = files[i];
    for (const bool remove : {false, true}) {
      const DamagedCopy copy;
      if (remove) {
        fs::remove(copy / file);
      } else {
        copy.flip(file, fs::file_size(copy / file) / 2);
      }
      const auto report = repair(copy, files_of_original());
      EXPECT_EQ(read_if_there(copy / file), read_if_there(source_ / file)) << file;
      EXPECT_EQ(damage_text(check_all(copy.path())), "") << file;
    }
  }
}

TEST_F(RepairTest, DoesNotMakeACatalogAnewThatKnowsMoreThanTheLogs) {
  const DamagedCopy copy;
  const auto all = count_readable(copy.path());
  for (const auto& log : copy.files(".log")) {
    if (log.starts_with("accounts/")) copy.flip(log, fs::file_size(copy / log) / 2);
  }
  const auto report = repair(copy);
  EXPECT_FALSE(report.left.empty());
  EXPECT_EQ(count_readable(copy.path()), all);
  const auto rebuilt = rebuild_store(world(), copy.path(), {});
  EXPECT_FALSE(rebuilt.refused.empty());
  EXPECT_EQ(count_readable(copy.path()), all);
}

TEST_F(RepairTest, MakesDerivedFilesAnew) {
  const auto all = count_readable(source_.path());
  for (const auto& table : source_.files(".db")) {
    const DamagedCopy copy;
    copy.flip(table, fs::file_size(copy / table) / 2 + 40);
    repair(copy);
    EXPECT_EQ(damage_text(check_all(copy.path())), "") << table;
    EXPECT_EQ(count_readable(copy.path()), all);
  }
  const DamagedCopy copy;
  const auto report = rebuild_store(world(), copy.path(), {});
  EXPECT_TRUE(report.refused.empty());
  EXPECT_EQ(report.made.size(), copy.files(".db").size());
  EXPECT_EQ(damage_text(check_all(copy.path())), "");
}

TEST_F(RepairTest, TrustsNoSource) {
  const DamagedCopy copy;
  for (const auto& pack : copy.files(".pack")) copy.flip(pack, fs::file_size(copy / pack) / 2);
  RepairSources liar;
  liar.blob = [](const WantedBlob&) { return to_bytes("something else"); };
  liar.file = [](const std::string&) { return to_bytes("something else"); };
  const auto before = count_readable(copy.path());
  const auto report = repair(copy, liar);
  EXPECT_GT(report.lost, 0U);
  EXPECT_GE(count_readable(copy.path()), before);
}

TEST_F(RepairTest, TakesNothingBackThatWasErased) {
  const auto view = open_view(world(), source_.path());
  std::size_t refused = 0;
  for (const auto& pack : source_.files(".pack")) {
    if (!pack.starts_with("accounts/")) continue;
    const DamagedCopy copy;
    fs::remove(copy / pack);
    const auto findings = check_all(copy.path());
    if (findings.items.empty()) continue;
    const auto& first = findings.items.front();
    const auto erased = first.versions.front().digest;
    Instant newest;
    std::size_t contents = 0;
    std::set<Digest> seen;
    for (const auto& item : findings.items) {
      for (const auto& version : item.versions) {
        if (item.account == first.account && version.digest == erased) newest = std::max(newest, version.since);
        if (item.account == first.account) contents += seen.insert(version.digest).second ? 1 : 0;
      }
    }
    auto sources = blobs_of_original();
    sources.file = files_of_original().file;
    sources.erased = [&](const Uuid& account, const Digest& content, Instant since) {
      return account == view->account(first.account)->uuid && content == erased && since <= newest;
    };
    const auto report = repair_store(world(), copy.path(), findings, sources);
    ++refused;
    EXPECT_EQ(report.lost, 1U) << pack;
    EXPECT_EQ(report.healed, contents - 1) << "all but that one";
    EXPECT_FALSE(fs::exists(copy / pack)) << "it came back whole";
    ASSERT_EQ(report.left.size(), 2U);
    EXPECT_THAT(report.left.front(), HasSubstr("made after the erasure"));
    EXPECT_THAT(report.left.back(), HasSubstr("not taken back, as it was erased"));
    // What arrived after it was erased is a mail like any other.
    sources.erased = [&](const Uuid&, const Digest& content, Instant since) {
      return content == erased && since < newest;
    };
    EXPECT_EQ(repair_store(world(), copy.path(), check_all(copy.path()), sources).lost, 0U);
    EXPECT_EQ(damage_text(check_all(copy.path())), "");
  }
  EXPECT_GT(refused, 0U);
}

TEST_F(RepairTest, PutsNoLogBackThatHasWhatWasErased) {
  for (const auto& log : source_.files(".log")) {
    const DamagedCopy copy;
    fs::remove(copy / log);
    auto sources = files_of_original();
    sources.erased = [](const Uuid&, const Digest&, Instant) { return true; };
    const auto report = repair(copy, sources);
    // A log of directories alone has no content.
    if (fs::exists(copy / log)) continue;
    EXPECT_THAT(report.left, Contains(HasSubstr("made after the erasure"))) << log;
    sources.erased = [](const Uuid&, const Digest&, Instant) { return false; };
    repair(copy, sources);
    EXPECT_TRUE(fs::exists(copy / log)) << log;
  }
}

TEST_F(RepairTest, TakesNothingFromElsewhereWhereItCannotBeToldWhatWasErased) {
  std::size_t tried = 0;
  auto sources = files_of_original();
  sources.blob = blobs_of_original().blob;
  sources.erased = [](const Uuid&, const Digest&, Instant) -> bool { throw Error(Errc::kDamage, "unreadable"); };
  for (const auto& pack : source_.files(".pack")) {
    if (pack.starts_with("pool/")) continue;
    const DamagedCopy copy;
    fs::remove(copy / pack);
    const auto lost = !check_all(copy.path()).items.empty();
    const auto report = repair(copy, sources);
    const bool of_server = pack.starts_with("server/");
    EXPECT_EQ(fs::exists(copy / pack), of_server) << "the server account's tells what was erased";
    if (of_server || !lost) continue;
    ++tried;
    EXPECT_GT(report.lost, 0U);
    EXPECT_EQ(report.healed, 0U);
    EXPECT_THAT(report.left, Contains(HasSubstr("it cannot be told what was erased: unreadable")));
  }
  EXPECT_GT(tried, 0U);
}

TEST_F(RepairTest, HealsFirstWhatTellsWhatWasErased) {
  const auto packs = source_.files(".pack");
  const auto of_server =
      std::find_if(packs.begin(), packs.end(), [](auto& path) { return path.starts_with("server/"); });
  ASSERT_NE(of_server, packs.end());
  const DamagedCopy copy;
  for (const auto& pack : packs) fs::remove(copy / pack);
  auto sources = files_of_original();
  sources.erased = [&](const Uuid&, const Digest&, Instant) {
    if (fs::exists(copy / *of_server)) return false;
    throw Error(Errc::kDamage, "unreadable");
  };
  EXPECT_THAT(repair(copy, sources).left, Not(Contains(HasSubstr("unreadable"))));
  for (const auto& pack : packs) EXPECT_TRUE(fs::exists(copy / pack)) << pack;
}

TEST_F(RepairTest, WaitsForNoWriterButSaysSo) {
  const DamagedCopy copy;
  const auto lock = disk_.try_lock(copy / "lock");
  const auto findings = check_all(copy.path());
  try {
    repair_store(world(), copy.path(), findings, {});
    ADD_FAILURE() << "repaired beside a writer";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kLocked);
  }
}

}  // namespace
}  // namespace yestermail::test
