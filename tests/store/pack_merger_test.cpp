// SPDX-License-Identifier: GPL-3.0-or-later
// Small packs are joined: as it is seen from outside, by files and by what the store gives back.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "tests/store/store_fixture.h"
#include "tests/support/check_findings.h"
#include "tests/support/small_store.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

StoreTuning joining(std::size_t packs) {
  auto tuning = small_tuning();
  tuning.merge_packs = packs;
  tuning.pack_bytes = 2U << 20U;  // Small: below 256 KiB.
  tuning.frame_bytes = 64U << 10U;
  return tuning;
}

class PackMergerTest : public StoreFixture {
 protected:
  PackMergerTest() : StoreFixture(joining(4)) {}

  /// Mails that fill a segment, packed. `attachment`: of the size of one.
  void deliver(Recorder& recorder, AccountNumber account, const std::string& content) {
    const auto name = std::to_string(mails_.size()) + ".mail:2,";
    put(recorder, account, recorder.new_item(account), name, content);
    mails_.push_back({account, content});
  }
  void round(Recorder& recorder, AccountNumber account) {
    for (int i = 0; i < 8; ++i) {
      const auto number = static_cast<std::uint32_t>(mails_.size());
      deliver(recorder, account, "Subject: " + std::to_string(number) + "\n\n" + noise(9'000, number));
    }
    recorder.pack_now();
  }
  /// A mail with an attachment, which goes into the pool.
  void attach(Recorder& recorder, AccountNumber account, std::uint32_t seed) {
    deliver(recorder, account,
            "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nhello\n--x\n"
            "Content-Type: application/octet-stream\n\n" +
                noise(40'000, seed) + "\n--x--\n");
    recorder.pack_now();
  }
  std::vector<fs::path> packs(const std::string& below) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(path() + "/" + below)) {
      if (entry.path().extension() == ".pack") found.push_back(entry.path());
    }
    return found;
  }
  void expect_all_there(View& view) {
    for (const auto& [account, content] : mails_) {
      ASSERT_EQ(read_blob(view, account, Digest::of(as_bytes(content))), content);
    }
  }
  void remove_databases() {
    for (const auto& entry : fs::recursive_directory_iterator(path())) {
      if (entry.path().string().find(".db") != std::string::npos) fs::remove(entry.path());
    }
  }

  std::vector<std::pair<AccountNumber, std::string>> mails_;
};

TEST_F(PackMergerTest, KeepsTheirNumberSmall) {
  const auto recorder = open(joining(4));
  const auto alice = add_account(*recorder, "alice@example.com");
  std::size_t most = 0;
  for (int i = 0; i < 30; ++i) {
    round(*recorder, alice);
    most = std::max(most, packs("accounts").size());
  }
  EXPECT_LE(most, 12U) << "30 were made";
  EXPECT_GE(most, 3U);
  expect_all_there(recorder->view());
}

TEST_F(PackMergerTest, LeavesThemAsTheyAreWhereItIsSwitchedOff) {
  const auto recorder = open(joining(0));
  const auto alice = add_account(*recorder, "alice@example.com");
  for (int i = 0; i < 10; ++i) round(*recorder, alice);
  EXPECT_GE(packs("accounts").size(), 10U);
}

TEST_F(PackMergerTest, JoinsThoseOfThePoolToo) {
  const auto recorder = open(joining(4));
  const auto alice = add_account(*recorder, "alice@example.com");
  for (std::uint32_t i = 0; i < 24; ++i) attach(*recorder, alice, i);
  const auto pool = packs("pool").size();
  EXPECT_GT(pool, 0U) << "or the test has no attachments";
  EXPECT_LE(pool, 8U) << "24 were made";
  expect_all_there(recorder->view());
}

TEST_F(PackMergerTest, LeavesAStoreInWhichACheckFindsNothing) {
  {
    const auto recorder = open(joining(4));
    const auto alice = add_account(*recorder, "alice@example.com");
    for (int i = 0; i < 9; ++i) round(*recorder, alice);
    for (std::uint32_t i = 0; i < 9; ++i) attach(*recorder, alice, i);
  }
  const auto damage = damage_text(check_all(path()));
  EXPECT_EQ(damage, "");
  EXPECT_TRUE(log_.lines().empty()) << log_.lines().front();
}

TEST_F(PackMergerTest, MakesCatalogsAnewWithoutAnAlarm) {
  {
    const auto recorder = open(joining(4));
    const auto alice = add_account(*recorder, "alice@example.com");
    for (int i = 0; i < 9; ++i) round(*recorder, alice);
    for (std::uint32_t i = 0; i < 9; ++i) attach(*recorder, alice, i);
  }
  remove_databases();
  const auto recorder = open(joining(4));
  expect_all_there(recorder->view());
  EXPECT_FALSE(log_.mentions("cannot be read")) << ::testing::PrintToString(log_.lines());
  EXPECT_FALSE(log_.mentions("not in the store"));
}

TEST_F(PackMergerTest, StillSaysThatAPackIsMissing) {
  {
    const auto recorder = open(joining(4));
    const auto alice = add_account(*recorder, "alice@example.com");
    for (int i = 0; i < 9; ++i) round(*recorder, alice);
  }
  fs::remove(packs("accounts").front());
  remove_databases();
  open(joining(4));
  EXPECT_TRUE(log_.mentions("what only this pack holds cannot be read"));
}

TEST_F(PackMergerTest, TellsRightlyHowMuchIsStored) {
  const auto recorder = open(joining(4));
  const auto alice = add_account(*recorder, "alice@example.com");
  for (int i = 0; i < 9; ++i) round(*recorder, alice);
  std::uint64_t bytes = 0;
  for (const auto& pack : packs("accounts")) bytes += fs::file_size(pack);
  EXPECT_EQ(recorder->view().account_figures(alice).pack_bytes, bytes);
}

TEST_F(PackMergerTest, LosesNothingByADamagedPack) {
  {
    const auto recorder = open(joining(0));
    const auto alice = add_account(*recorder, "alice@example.com");
    for (int i = 0; i < 7; ++i) round(*recorder, alice);
  }
  const auto before = packs("accounts");
  const auto damaged = *std::max_element(
      before.begin(), before.end(), [](const auto& a, const auto& b) { return fs::file_size(a) < fs::file_size(b); });
  {
    std::fstream file(damaged, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(damaged) / 2));
    file << "damage";
  }
  const auto readable = [&](View& view) {
    std::size_t count = 0;
    for (const auto& [account, content] : mails_) {
      try {
        count += read_blob(view, account, Digest::of(as_bytes(content))) == content ? 1 : 0;
      } catch (const Error&) {
      }
    }
    return count;
  };
  const auto expected = readable(*open_view(world(), path()));
  ASSERT_LT(expected, mails_.size());
  const auto recorder = open(joining(4));
  const auto known = mails_;
  round(*recorder, known.front().first);
  const auto delivered = mails_.size() - known.size();
  EXPECT_LT(packs("accounts").size(), before.size()) << "the others were joined";
  EXPECT_TRUE(fs::exists(damaged)) << "for a repair";
  EXPECT_EQ(readable(recorder->view()), expected + delivered);
}

TEST_F(PackMergerTest, DisturbsNobodyWhoReads) {
  const auto recorder = open(joining(2));
  const auto alice = add_account(*recorder, "alice@example.com");
  for (int i = 0; i < 2; ++i) round(*recorder, alice);
  for (std::uint32_t i = 0; i < 2; ++i) attach(*recorder, alice, i);
  const auto known = mails_;
  std::atomic<bool> done{false};
  std::atomic<std::size_t> reads{0};
  std::jthread reading([&] {
    const auto view = open_view(world(), path());
    while (!done) {
      for (const auto& [account, content] : known) {
        EXPECT_EQ(read_blob(*view, account, Digest::of(as_bytes(content))), content);
        ++reads;
      }
    }
  });
  for (std::uint32_t i = 2; i < 14; ++i) {
    round(*recorder, alice);
    attach(*recorder, alice, i);
  }
  done = true;
  reading.join();
  EXPECT_GT(reads, known.size());
  EXPECT_FALSE(log_.mentions("damaged"));
}

TEST_F(PackMergerTest, LeavesOutWhatWasStoredAgainLater) {
  const auto recorder = open(joining(3));
  const auto alice = add_account(*recorder, "alice@example.com");
  // A part that is found damaged is forgotten and stored anew: the old bytes are in a pack all the same.
  attach(*recorder, alice, 1);
  for (const auto& pack : packs("pool")) {
    std::fstream file(pack, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(pack) / 2));
    file << "damage";
  }
  const auto bob = add_account(*recorder, "bob@example.com");
  attach(*recorder, bob, 1);
  for (std::uint32_t i = 2; i < 8; ++i) attach(*recorder, bob, i);
  expect_all_there(recorder->view());
}

}  // namespace
}  // namespace yestermail::test
