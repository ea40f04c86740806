// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "base/posix_filesystem.h"
#include "store/pack_writer.h"
#include "tests/crash/byte_classes.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/check_findings.h"
#include "tests/support/damaged_copy.h"
#include "tests/support/maildir_builder.h"
#include "tests/support/recording_log.h"
#include "tests/support/small_store.h"
#include "tests/support/store_script.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

bool names_file(const CheckFindings& findings, const std::string& path) {
  for (const auto& file : findings.files) {
    if (file.kind != FileFinding::Kind::kNote && file.path == path) return true;
  }
  return false;
}

std::string notes_of(const CheckFindings& findings) {
  std::string text;
  for (const auto& file : findings.files) {
    if (file.kind == FileFinding::Kind::kNote) text += file.path + ": " + file.what + "\n";
  }
  return text;
}

TEST(CheckStore, FindsNothingInAStoreThatIsWhole) {
  const DamagedCopy copy;
  for (const auto level : {CheckLevel::kStructure, CheckLevel::kPacks, CheckLevel::kFrames, CheckLevel::kItems}) {
    const auto findings = check_all(copy.path(), level);
    EXPECT_EQ(damage_text(findings), "");
    EXPECT_EQ(notes_of(findings), "");
    EXPECT_FALSE(findings.damaged());
  }
  const auto findings = check_all(copy.path());
  EXPECT_EQ(findings.tally.accounts, 4U);
  EXPECT_GE(findings.tally.logs, 4U);
  EXPECT_GT(findings.tally.packs, 4U);
  EXPECT_GT(findings.tally.joined, 2U);
  EXPECT_GT(findings.tally.blobs, findings.tally.joined);
}

TEST(CheckStore, FindsNothingInAStoreWhoseWriterWasKilled) {
  const TempDirectory temp(TempDirectory::Where::kMemory);
  PosixFilesystem disk;
  TestClock clock;
  RecordingLog log;
  const auto store = temp / "store";
  create_small_store({disk, clock, log}, store);
  const auto recorder = open_recorder({disk, clock, log}, store, small_tuning());
  auto script = bulk_script();
  const auto live = live_script();
  script.insert(script.end(), live.begin(), live.end());
  for (const auto& step : script) {
    clock.advance_seconds(100);
    perform(*recorder, step);
  }
  fs::copy(store, temp / "killed", fs::copy_options::recursive);
  EXPECT_EQ(damage_text(check_all(store)), "") << "beside its writer";
  EXPECT_EQ(damage_text(check_all(temp / "killed")), "") << "a copy that nobody closed";
}

// Bytes that mean nothing, or that SQLite does not read, are no damage.
bool means_nothing(const std::string& name) {
  return name.find("room") != std::string::npos || name.find("free list") != std::string::npos ||
         name.find("WAL") != std::string::npos;
}

TEST(CheckStore, NamesTheFileInWhichAByteIsWrong) {
  const auto classes = byte_classes(DamagedCopy::original());
  EXPECT_GT(classes.size(), 15U);
  for (const auto& [name, regions] : classes) {
    // Of the last batch of the journal nobody can tell whether it was ever whole but by what the catalogs have seen.
    if (means_nothing(name) || regions.empty()) continue;
    const auto step = std::max<std::size_t>(1, regions.size() / 2);
    for (std::size_t i = 0; i < regions.size(); i += step) {
      const auto& region = regions[i];
      const DamagedCopy copy;
      copy.flip(region.path, region.offset + region.length / 2);
      const auto findings = check_all(copy.path());
      const bool journal = name.starts_with("journal");
      EXPECT_TRUE(names_file(findings, region.path) || (journal && names_file(findings, "journal")))
          << name << ": " << region.path << " at " << region.offset + region.length / 2 << "\n"
          << damage_text(findings);
    }
  }
}

TEST(CheckStore, NamesTheItemsOfEveryFrame) {
  std::size_t frames = 0;
  for (const auto& [name, regions] : byte_classes(DamagedCopy::original())) {
    if (name != "account pack: frame payload" && name != "pool pack: frame payload") continue;
    for (const auto& region : regions) {
      if (++frames % for_this_build(4, 1) != 0) continue;
      const DamagedCopy copy;
      copy.flip(region.path, region.offset + region.length * (frames % 7) / 7);
      const auto refused = versions_refused(copy.path());
      // At level 3 nothing is joined: what needs a part is found by its recipe.
      for (const auto level : {CheckLevel::kFrames, CheckLevel::kItems}) {
        const auto findings = check_all(copy.path(), level);
        EXPECT_TRUE(names_file(findings, region.path)) << region.path;
        EXPECT_EQ(versions_named(findings), refused) << region.path << " at " << region.offset;
        EXPECT_EQ(findings.versions_total, refused.size());
      }
    }
  }
  EXPECT_GT(frames, 20U);
}

TEST(CheckStore, NoticesAFileThatIsShorterGoneOrAnother) {
  const DamagedCopy whole;
  auto files = whole.files(".pack");
  for (const char* ending : {".log", ".db"}) {
    const auto more = whole.files(ending);
    files.insert(files.end(), more.begin(), more.end());
  }
  EXPECT_GT(files.size(), 15U);
  for (std::size_t i = 0; i < files.size(); i += for_this_build(3, 1)) {
    const auto& file = files[i];
    {
      const DamagedCopy copy;
      fs::resize_file(copy / file, fs::file_size(copy / file) * 2 / 3);
      EXPECT_TRUE(names_file(check_all(copy.path(), CheckLevel::kPacks), file)) << file << " cut off";
    }
    {
      const DamagedCopy copy;
      fs::remove(copy / file);
      const auto findings = check_all(copy.path(), CheckLevel::kPacks);
      // Of a missing log the one behind it tells, or the catalog.
      const auto directory = file.substr(0, file.rfind('/'));
      const bool told = file.ends_with(".log") ? damage_text(findings).find(directory) != std::string::npos
                                               : names_file(findings, file);
      EXPECT_TRUE(told) << file << " removed\n" << damage_text(findings);
      EXPECT_EQ(versions_named(findings).empty(), !file.ends_with(".pack")) << file;
    }
    const auto other = files[(i + 1) % files.size()];
    if (other.substr(other.rfind('.')) == file.substr(file.rfind('.'))) {
      const DamagedCopy copy;
      fs::copy_file(copy / other, copy / file, fs::copy_options::overwrite_existing);
      // A database that is put in the other's place must not find the other's log.
      for (const char* suffix : {"-wal", "-shm"}) fs::remove(copy / (file + suffix));
      const auto findings = check_all(copy.path(), CheckLevel::kPacks);
      EXPECT_TRUE(names_file(findings, file)) << file << " exchanged\n" << damage_text(findings);
    }
  }
}

TEST(CheckStore, LooksAsDeepAsItIsAskedTo) {
  const DamagedCopy copy;
  const auto classes = byte_classes(copy.path());
  const auto& region = classes.at("account pack: frame payload").front();
  copy.flip(region.path, region.offset + 5);
  EXPECT_FALSE(check_all(copy.path(), CheckLevel::kStructure).damaged());
  const auto packs = check_all(copy.path(), CheckLevel::kPacks);
  EXPECT_TRUE(packs.damaged());
  EXPECT_EQ(packs.items_total, 0U);
  EXPECT_GT(check_all(copy.path(), CheckLevel::kFrames).items_total, 0U);
}

TEST(CheckStore, NoticesACatalogThatIsOld) {
  const DamagedCopy copy;
  const DamagedCopy other;
  PosixFilesystem disk;
  TestClock clock;
  clock.advance_seconds(1'000'000);
  RecordingLog log;
  {
    const auto recorder = open_recorder({disk, clock, log}, other.path(), small_tuning());
    perform(*recorder, {StoreStep::Kind::kRecord, "", {put_mail("alice@example.com", "new/later", "later")}});
  }
  for (const auto& catalog : copy.files("/catalog.db")) {
    if (!catalog.starts_with("accounts")) continue;
    fs::copy_file(copy / catalog, other / catalog, fs::copy_options::overwrite_existing);
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(other / (catalog + suffix));
  }
  const auto findings = check_all(other.path(), CheckLevel::kStructure);
  EXPECT_THAT(damage_text(findings), HasSubstr("catalog.db: "));
}

TEST(CheckStore, NoticesABlobThatIsNotTheOneThatItsPackSays) {
  const DamagedCopy copy;
  PosixFilesystem disk;
  const TestClock clock;
  RecordingLog log;
  const auto log_file = copy.files(".log").front();  // accounts/aa/UUID/log/…
  const auto account = *Uuid::from_hex(log_file.substr(12, 32));
  const Layout layout(copy.path());
  PackWriter pack(disk, layout, read_store_id({disk, clock, log}, copy.path()), PackClass::kAccount, account);
  const auto bytes = to_bytes("bytes");
  const auto told = Digest::of(as_bytes("other"));
  pack.add_frame({Codec::kRaw, bytes}, bytes.size(), {{told, BlobForm::kWhole, 5, 0, 0, 5}});
  const auto name = pack.seal().name;
  EXPECT_FALSE(check_all(copy.path(), CheckLevel::kPacks).damaged());
  const auto findings = check_all(copy.path(), CheckLevel::kFrames);
  EXPECT_TRUE(names_file(findings, Layout::account_directory(account) + "/packs/" + name.hex() + ".pack"))
      << damage_text(findings);
}

TEST(CheckStore, TellsOfWhatIsLeftOverAndTakesItForNoDamage) {
  const DamagedCopy copy;
  const auto pack = copy.files(".pack").front();
  fs::copy_file(copy / pack, copy / (pack.substr(0, pack.rfind('/')) + "/stray.pack"));
  fs::create_directories(copy / "accounts/00/00000000000000000000000000000001");
  fs::copy_file(copy / "yestermail.conf", copy / "stray");
  const auto findings = check_all(copy.path());
  EXPECT_FALSE(findings.damaged()) << damage_text(findings);
  const auto notes = notes_of(findings);
  EXPECT_THAT(notes, HasSubstr("stray.pack: not a file of a store"));
  EXPECT_THAT(notes, HasSubstr("accounts/00/00000000000000000000000000000001: no account"));
  EXPECT_THAT(notes, HasSubstr("\nstray: not a file of a store"));
}

TEST(CheckStore, TakesNothingThatABusyWriterDoesForDamage) {
  const TempDirectory temp(TempDirectory::Where::kMemory);
  PosixFilesystem disk;
  const SystemClock clock;
  RecordingLog log;
  const auto store = temp / "store";
  create_small_store({disk, clock, log}, store);
  const auto recorder = open_recorder({disk, clock, log}, store, small_tuning());
  for (const auto& step : bulk_script()) perform(*recorder, step);
  std::atomic<bool> stop = false;
  std::thread writing([&] {
    for (std::uint64_t i = 0; !stop; ++i) {
      const auto name = "new/busy" + std::to_string(i);
      perform(*recorder, {StoreStep::Kind::kRecord,
                          "",
                          {put_mail("alice@example.com", name, sample_mail(1000 + i, 3000 + 40'000 * (i % 5 == 0)))}});
      if (i % 3 == 2) perform(*recorder, {StoreStep::Kind::kRecord, "", {remove_entry("alice@example.com", name)}});
      if (i % 7 == 6) recorder->pack_now();
    }
  });
  for (int i = 0; i < 12; ++i) EXPECT_EQ(damage_text(check_all(store)), "") << i;
  stop = true;
  writing.join();
}

class CheckOptionsTest : public ::testing::Test {
 protected:
  CheckFindings check(CheckOptions options) {
    clock_.advance_seconds(60);
    return check_store({disk_, clock_, log_}, copy_.path(), options);
  }

  CheckState state() { return check_state({disk_, clock_, log_}, copy_.path()); }

  DamagedCopy copy_;
  PosixFilesystem disk_;
  TestClock clock_{Instant{1'900'000'000LL * kMicrosPerSecond}};
  RecordingLog log_;
};

/// Ends a check amid its work.
class CutOff final : public CheckProgress {
 public:
  void advanced(std::uint64_t /*done*/, std::uint64_t /*total*/) override { throw std::runtime_error("cut off"); }
};

TEST_F(CheckOptionsTest, RemembersThatACheckOfEverythingDidNotEnd) {
  check({});
  EXPECT_FALSE(state().unfinished);
  clock_.advance_seconds(60);
  CutOff cut_off;
  EXPECT_ANY_THROW(check_store({disk_, clock_, log_}, copy_.path(), {}, &cut_off));
  const auto unfinished = state().unfinished;
  ASSERT_TRUE(unfinished);
  EXPECT_EQ(unfinished->since, clock_.now());
  EXPECT_FALSE(unfinished->stopped);
  EXPECT_TRUE(state().last) << "what is known of earlier ones stays";
  // Neither a part nor less deep makes up for it.
  CheckOptions options;
  options.wanted = [](const std::string& name) { return name == "alice@example.com"; };
  check(options);
  EXPECT_TRUE(state().unfinished);
  options = {};
  options.level = CheckLevel::kStructure;
  check(options);
  EXPECT_EQ(state().unfinished->since, unfinished->since);
  check({});
  EXPECT_FALSE(state().unfinished);
}

TEST_F(CheckOptionsTest, RemembersDamageUntilACheckAsDeepFindsNone) {
  const auto pack = copy_.files(".pack").front();
  const auto size = fs::file_size(copy_ / pack);
  copy_.flip(pack, size / 2);
  check({});
  ASSERT_TRUE(state().damage);
  EXPECT_EQ(state().damage->at, clock_.now());
  CheckOptions options;
  options.level = CheckLevel::kStructure;
  check(options);
  EXPECT_TRUE(state().damage) << "packs were not looked at";
  copy_.flip(pack, size / 2);
  check(options);
  EXPECT_TRUE(state().damage);
  check({});
  EXPECT_FALSE(state().damage);
  EXPECT_FALSE(state().last->damaged);
  EXPECT_FALSE(state().unfinished);
}

TEST_F(CheckOptionsTest, RemembersWhenAllWasChecked) {
  EXPECT_FALSE(last_check({disk_, clock_, log_}, copy_.path()));
  check({});
  const auto last = last_check({disk_, clock_, log_}, copy_.path());
  ASSERT_TRUE(last);
  EXPECT_EQ(last->at, clock_.now());
  EXPECT_EQ(last->level, CheckLevel::kItems);
  EXPECT_FALSE(last->damaged);
  // A part of it does not count as all.
  CheckOptions options;
  options.wanted = [](const std::string& name) { return name == "alice@example.com"; };
  check(options);
  EXPECT_EQ(last_check({disk_, clock_, log_}, copy_.path())->at, last->at);
  fs::resize_file(copy_ / "checked", 10);
  EXPECT_FALSE(last_check({disk_, clock_, log_}, copy_.path()));
}

TEST_F(CheckOptionsTest, LooksOnlyAtWhatChangedSinceTheLastCheck) {
  const auto all = check({});
  CheckOptions options;
  options.changed = true;
  const auto none = check(options);
  EXPECT_EQ(none.tally.accounts, 0U);
  EXPECT_EQ(none.tally.packs, 0U);
  {
    const auto recorder = open_recorder({disk_, clock_, log_}, copy_.path(), small_tuning());
    perform(*recorder, {StoreStep::Kind::kRecord, "", {put_mail("alice@example.com", "new/x", sample_mail(900))}});
  }
  const auto some = check(options);
  EXPECT_EQ(some.tally.accounts, 1U);
  EXPECT_LT(some.tally.packs, all.tally.packs);
  EXPECT_EQ(check(options).tally.accounts, 0U);
}

TEST_F(CheckOptionsTest, LooksOnlyAtTheAccountsThatAreWanted) {
  CheckOptions options;
  options.wanted = [](const std::string& name) { return name == "bob@example.com"; };
  EXPECT_EQ(check(options).tally.accounts, 1U);
  for (const auto& file : copy_.files(".pack")) copy_.flip(file, 200);
  const auto findings = check(options);
  EXPECT_GT(findings.items_total, 0U);
  for (const auto& item : findings.items) EXPECT_EQ(item.account_name, "bob@example.com");
  options.wanted = [](const std::string&) { return false; };
  EXPECT_ANY_THROW(check(options));
}

/// Goes on by a second whenever it is asked.
class TickingClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return Instant{micros_ += kMicrosPerSecond}; }

 private:
  mutable std::atomic<std::int64_t> micros_{1'900'000'000LL * kMicrosPerSecond};
};

TEST_F(CheckOptionsTest, ComesToAllOfItInSeveralShortChecks) {
  const TickingClock ticking;
  const auto packs = copy_.files(".pack").size();
  CheckOptions options;
  options.budget_micros = 12 * kMicrosPerSecond;
  const auto first = check_store({disk_, ticking, log_}, copy_.path(), options);
  EXPECT_TRUE(first.stopped);
  EXPECT_GT(first.left, 0U);
  EXPECT_GT(first.tally.packs, 0U);
  EXPECT_FALSE(last_check({disk_, ticking, log_}, copy_.path()));
  const auto unfinished = state().unfinished;
  ASSERT_TRUE(unfinished);
  EXPECT_TRUE(unfinished->stopped);
  EXPECT_EQ(unfinished->left, first.left);
  // What was not looked at for longest comes first: what is left is what is next.
  std::uint64_t seen = first.tally.packs;
  for (int i = 0; i < 40 && seen < packs; ++i) {
    EXPECT_EQ(state().unfinished->since, unfinished->since) << "one round";
    seen += check_store({disk_, ticking, log_}, copy_.path(), options).tally.packs;
  }
  for (int i = 0; i < 40 && state().unfinished; ++i) check_store({disk_, ticking, log_}, copy_.path(), options);
  EXPECT_FALSE(state().unfinished) << "together they looked at everything";
  ASSERT_TRUE(state().last);
  EXPECT_FALSE(state().last->damaged);
  CheckOptions changed;
  changed.changed = true;
  EXPECT_EQ(check(changed).tally.packs, 0U) << "all were looked at";
}

}  // namespace
}  // namespace yestermail::test
