// SPDX-License-Identifier: GPL-3.0-or-later
// Damages copies of a store and reads all of them: the right bytes or an error, never wrong ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <random>

#include "base/posix_filesystem.h"
#include "store/store.h"
#include "tests/crash/byte_classes.h"
#include "tests/crash/damage_check.h"
#include "tests/crash/sqlite_files.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/recording_log.h"
#include "tests/support/small_store.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

/// Of many like cases each so-manieth will do where memory errors are looked for.
constexpr auto kEvery = static_cast<std::size_t>(for_this_build(5, 1));

std::uint64_t flips_a_class() { return campaign_setting("YESTERMAIL_FLIPS", for_this_build(6, 200)); }

void flip_bit(const std::string& path, std::uint64_t bit) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(bit / 8));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(bit / 8));
  file.put(static_cast<char>(byte ^ (1 << (bit % 8))));
}

void overwrite(const std::string& path, std::uint64_t offset, const std::string& bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// A bit of one of the regions, each byte as likely as another.
std::pair<std::string, std::uint64_t> choose_bit(const std::vector<Region>& regions, std::mt19937_64& random) {
  std::uint64_t total = 0;
  for (const auto& region : regions) total += region.length;
  auto at = random() % total;
  for (const auto& region : regions) {
    if (at < region.length) return {region.path, (region.offset + at) * 8 + random() % 8};
    at -= region.length;
  }
  return {};
}

/// Prints one line a class and fails for what is wrong.
void expect_nothing_wrong(const std::string& name, const DamageTally& tally) {
  std::cout << "damage tests: " << std::left << std::setw(46) << name << std::right << std::setw(6) << tally.copies
            << " copies" << std::setw(8) << tally.right << " right" << std::setw(7) << tally.refused << " refused"
            << std::setw(6) << tally.reported << " reported" << std::setw(4) << tally.wrong << " WRONG\n";
  EXPECT_EQ(tally.wrong, 0U) << name;
  EXPECT_GT(tally.right, 0U) << name << ": nothing stayed readable";
  for (const auto& detail : tally.details) ADD_FAILURE() << name << ": " << detail;
}

/// How many blobs one flipped bit of a class may cost: frames of 8 KiB hold mails of 1,5 KiB, or bodies and their
/// chunks.
std::size_t most_blobs(const std::string& name) {
  if (name.starts_with("account pack: frame")) return 8;
  if (name.starts_with("pool pack: frame")) return 4;
  return name.starts_with("journal: batch") ? 1 : 0;
}

void flip_all_classes(DamagedStore& store, const std::string& label,
                      const std::function<bool(const std::string&)>& wanted, std::uint64_t flips,
                      DamagedStore::Reading how, const std::function<void(const std::string&)>& also = nullptr) {
  std::mt19937_64 random(campaign_seed());
  for (auto [name, regions] : byte_classes(store.original())) {
    if (!wanted(name)) continue;
    // With all else gone the last batch cannot be told from one that was torn before it was acknowledged.
    if (how.loss_allowed && name.starts_with("journal: batch")) regions.pop_back();
    how.most_blobs = most_blobs(name);
    DamageTally tally;
    for (std::uint64_t i = 0; i < flips; ++i) {
      const auto [path, bit] = choose_bit(regions, random);
      how.seed = random();
      store.read_damaged(
          [&path = path, &bit = bit, &also](const std::string& copy) {
            flip_bit(copy + "/" + path, bit);
            if (also) also(copy);
          },
          how, tally);
    }
    expect_nothing_wrong(name + label, tally);
  }
}

bool any_class(const std::string& /*name*/) { return true; }
bool derived_class(const std::string& name) { return name.starts_with("catalog") || name.starts_with("pool index"); }
bool history_class(const std::string& name) { return name.starts_with("log") || name.starts_with("journal"); }

TEST(DamageTest, TheClassesCoverTheFormat) {
  const DamagedStore store(DamagedStore::State::kKilled);
  const auto classes = byte_classes(store.original());
  for (const auto* name : {"store header",
                           "journal: segment header",
                           "journal: batch header",
                           "journal: batch payload",
                           "account pack: header",
                           "account pack: frame header",
                           "account pack: frame payload",
                           "account pack: contents header",
                           "account pack: contents payload",
                           "account pack: footer",
                           "pool pack: header",
                           "pool pack: frame header",
                           "pool pack: frame payload",
                           "pool pack: contents header",
                           "pool pack: contents payload",
                           "pool pack: footer",
                           "log: header",
                           "log: frame header",
                           "log: frame payload",
                           "catalog: header",
                           "catalog: pages",
                           "catalog: WAL",
                           "pool index: header",
                           "pool index: pages"}) {
    EXPECT_EQ(classes.count(name), 1U) << name;
  }
}

TEST(DamageTest, AFlippedBitIsNeverServed) {
  DamagedStore store(DamagedStore::State::kClosed);
  flip_all_classes(store, "", any_class, flips_a_class(), {});
}

TEST(DamageTest, AFlippedBitIsNeverServedAfterAKill) {
  DamagedStore store(DamagedStore::State::kKilled);
  flip_all_classes(store, ", killed", [](const auto& name) { return derived_class(name) || history_class(name); },
                   flips_a_class() / 3, {});
}

TEST(DamageTest, AFlippedBitIsNeverServedWhileAnotherProcessWrites) {
  DamagedStore store(DamagedStore::State::kClosed);
  DamagedStore::Reading how;
  how.other_writer = true;
  flip_all_classes(store, ", other writer", derived_class, flips_a_class() / 3, how);
}

TEST(DamageTest, LostHistoryIsReportedWhenTheCatalogsAreGoneToo) {
  DamagedStore store(DamagedStore::State::kClosed);
  DamagedStore::Reading how;
  how.loss_allowed = true;
  flip_all_classes(store, ", catalogs deleted", history_class, flips_a_class() / 3, how, remove_sqlite_files);
}

TEST(DamageTest, ADamagedSegmentOfTheJournalIsKeptForWhatCanBeReadFromIt) {
  DamagedStore store(DamagedStore::State::kClosed);
  const auto pack = [](const std::string& copy) {
    PosixFilesystem disk;
    const TestClock clock;
    RecordingLog log;
    open_recorder({disk, clock, log}, copy, small_tuning())->pack_now();
  };
  // A damaged log must not stop the packing of what comes after it either.
  const auto touched = [](const auto& name) { return name.starts_with("journal: batch") || name.starts_with("log"); };
  flip_all_classes(store, ", then packed", touched, flips_a_class() / 3, {}, pack);
}

// A writer that took the damaged last batch for a torn one would write over it, and number new transactions as those
// that the catalogs have seen.
TEST(DamageTest, ADamagedEndOfTheJournalDoesNotSwallowWhatIsRecordedNext) {
  DamagedStore store(DamagedStore::State::kClosed);
  const std::string account = "alice@example.com";
  std::string missing;
  const auto record = [&](const std::string& copy) {
    PosixFilesystem disk;
    const TestClock clock;
    RecordingLog log;
    const auto recorder = open_recorder({disk, clock, log}, copy, small_tuning());
    // The catalogs know all that was there, so this shows it with and without the damage.
    const StoreStep arrival{StoreStep::Kind::kRecord, "", {put_mail(account, "new/later", "later")}};
    perform(*recorder, arrival);
    std::vector<Refused> refused;
    if (show(recorder->view(), kForever, &refused)[account].count("new/later") == 0) {
      missing += copy + " ";
      return;
    }
    perform(*recorder, {StoreStep::Kind::kRecord, "", {remove_entry(account, "new/later")}});
  };
  for (const auto& [name, regions] : byte_classes(store.original())) {
    if (!name.starts_with("journal: batch")) continue;
    std::mt19937_64 random(campaign_seed());
    DamageTally tally;
    DamagedStore::Reading how;
    how.most_blobs = 1;
    how.more_history = true;
    for (std::uint64_t i = 0; i < flips_a_class() / 3; ++i) {
      const auto [path, bit] = choose_bit({regions.back()}, random);
      how.seed = random();
      store.read_damaged(
          [&, &path = path, &bit = bit](const std::string& copy) {
            flip_bit(copy + "/" + path, bit);
            record(copy);
          },
          how, tally);
    }
    expect_nothing_wrong(name + ", the last, then recorded", tally);
  }
  EXPECT_EQ(missing, "");
}

TEST(DamageTest, DerivedFilesAreMadeAnew) {
  for (const auto state : {DamagedStore::State::kClosed, DamagedStore::State::kKilled}) {
    DamagedStore store(state);
    DamagedStore::Reading how;
    how.all_instants = true;
    DamageTally all;
    store.read_damaged(remove_sqlite_files, how, all);
    EXPECT_EQ(all.refused, 0U);
    expect_nothing_wrong("all SQLite files deleted", all);
    DamageTally each;
    for (const auto& [path, bytes] : read_sqlite_files(store.original())) {
      store.read_damaged([&path = path](const std::string& copy) { fs::remove(copy + "/" + path); }, how, each);
      store.read_damaged([&path = path](const std::string& copy) { fs::resize_file(copy + "/" + path, 0); }, how, each);
    }
    EXPECT_EQ(each.refused, 0U);
    expect_nothing_wrong("each SQLite file deleted or emptied", each);
  }
}

TEST(DamageTest, ATruncatedOrLongerFileIsNoticed) {
  DamagedStore store(DamagedStore::State::kClosed);
  std::mt19937_64 random(campaign_seed());
  std::size_t number = 0;
  for (const auto& path : store_files(store.original())) {
    if (path == "yestermail.conf" || number++ % kEvery != 0) continue;
    DamageTally tally;
    const auto size = fs::file_size(store.original() + "/" + path);
    for (const auto length : {std::uintmax_t{0}, size / 3, size * 2 / 3, size - 1, size + 1, size + 5000}) {
      // Without both copies of its header there is no store.
      if (path == "yestermail.store" && length < size / 2) continue;
      DamagedStore::Reading how;
      how.seed = random();
      store.read_damaged([&](const std::string& copy) { fs::resize_file(copy + "/" + path, length); }, how, tally);
    }
    expect_nothing_wrong("length of " + path.substr(0, 30), tally);
  }
}

TEST(DamageTest, ZeroedSectorsAreNeverServed) {
  DamagedStore store(DamagedStore::State::kClosed);
  std::mt19937_64 random(campaign_seed());
  const auto files = store_files(store.original());
  for (const std::uint64_t length : {512U, 4096U, 65536U}) {
    DamageTally tally;
    for (std::uint64_t i = 0; i < flips_a_class() / 3; ++i) {
      const auto path = files[random() % files.size()];
      const auto size = fs::file_size(store.original() + "/" + path);
      const auto offset = random() % size / length * length;
      // Of the store's header one copy is to stay; the settings are text for the administrator.
      if (path == "yestermail.conf" || (path == "yestermail.store" && length > 4096)) continue;
      DamagedStore::Reading how;
      how.seed = random();
      store.read_damaged(
          [&](const std::string& copy) {
            overwrite(copy + "/" + path, offset, std::string(std::min(length, size - offset), '\0'));
          },
          how, tally);
    }
    expect_nothing_wrong(std::to_string(length) + " bytes of zeros", tally);
  }
}

TEST(DamageTest, ExchangedFilesAreNeverServed) {
  DamagedStore store(DamagedStore::State::kClosed);
  std::vector<std::string> files;
  for (const auto& path : store_files(store.original())) {
    if (path.ends_with(".pack") || path.ends_with(".log") || path.ends_with("catalog.db")) files.push_back(path);
  }
  DamageTally tally;
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (std::size_t k = i + 1; k < files.size(); ++k) {
      const auto kind = [&](std::size_t n) { return files[n].substr(files[n].rfind('.')); };
      if (kind(i) != kind(k) || (i + k) % kEvery != 0) continue;
      DamagedStore::Reading how;
      how.seed = i * 100 + k;
      store.read_damaged(
          [&](const std::string& copy) {
            fs::rename(copy + "/" + files[i], copy + "/swap");
            fs::rename(copy + "/" + files[k], copy + "/" + files[i]);
            fs::rename(copy + "/swap", copy + "/" + files[k]);
          },
          how, tally);
    }
  }
  EXPECT_GT(tally.copies, 5U);
  expect_nothing_wrong("two files exchanged", tally);
}

TEST(DamageTest, AMissingPackOrLogIsNoticed) {
  DamagedStore store(DamagedStore::State::kClosed);
  DamageTally tally;
  for (const auto& path : store_files(store.original())) {
    if (!path.ends_with(".pack") && !path.ends_with(".log")) continue;
    store.read_damaged([&](const std::string& copy) { fs::remove(copy + "/" + path); }, {}, tally);
  }
  expect_nothing_wrong("a pack or log removed", tally);
}

}  // namespace
}  // namespace yestermail::test
