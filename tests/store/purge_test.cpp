// SPDX-License-Identifier: GPL-3.0-or-later
// What a purge removes, and what it leaves. That it survives a crash is tests/crash/purge_crash_test.cpp, that it races
// with nothing purge_race_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <tuple>

#include "base/error.h"
#include "store/check.h"
#include "store/history_log.h"
#include "store/layout.h"
#include "store/purge_check.h"
#include "tests/store/store_fixture.h"
#include "tests/support/store_search.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A version with its times and bytes.
using Shown = std::tuple<Instant, Instant, EntryState, std::string>;
using History = std::map<std::uint64_t, Shown>;

class Purge : public StoreFixture {
 protected:
  static StoreTuning manual() {
    auto tuning = quick();
    tuning.background_packing = false;
    return tuning;
  }
  std::unique_ptr<Recorder> open_quietly() { return open(manual()); }

  static History history(View& view, AccountNumber account) {
    History all;
    for (const auto& happening : view.happenings(account, Instant{}, kForever, SIZE_MAX / 2)) {
      const auto& version = happening.version;
      const auto bytes = version.state.digest ? read_blob(view, account, *version.state.digest) : "";
      all[version.id.value] = {version.since, version.until, version.state, bytes};
    }
    return all;
  }

  /// Each call at another instant.
  VersionId mail(Recorder& recorder, AccountNumber account, ItemId item, const std::string& name,
                 const std::string& content, Cause cause = Cause::kArrived) {
    clock_.advance_seconds(1);
    const auto at = put(recorder, account, item, name, content, cause);
    return recorder.view().item_at(account, item, at)->id;
  }
  void remove(Recorder& recorder, AccountNumber account, ItemId item) {
    clock_.advance_seconds(1);
    const std::vector<Change> changes{Remove{item}};
    recorder.record(account, changes, {});
  }
  static PurgeResult purge(Recorder& recorder, AccountNumber account, std::vector<VersionId> versions) {
    const std::vector<PurgeRequest> requests{{account, false, std::move(versions)}};
    return recorder.purge(requests);
  }
  void remove_derived() const {
    for (const auto& entry : fs::recursive_directory_iterator(path())) {
      if (entry.path().string().find(".db") != std::string::npos) fs::remove(entry.path());
    }
  }
  [[nodiscard]] fs::path only_file(const std::string& under, const std::string& suffix) const {
    for (const auto& entry : fs::recursive_directory_iterator(path() + under)) {
      if (entry.path().string().ends_with(suffix)) return entry.path();
    }
    return {};
  }
};

std::string mail_text(const std::string& subject, std::size_t size, std::uint32_t seed) {
  return "From: bob@example.com\nSubject: " + subject + "\n\n" + subject + " body begins " + noise(size, seed) +
         " and " + subject + " body ends\n";
}

History without(History history, const std::vector<VersionId>& versions) {
  for (const auto version : versions) history.erase(version.value);
  return history;
}

TEST_F(Purge, LeavesNothingOfAVersionInAnyByteAndAllOfTheOthers) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto kept = recorder->new_item(alice);
  const auto gone = recorder->new_item(alice);
  const auto late = recorder->new_item(alice);
  mail(*recorder, alice, kept, "kept", mail_text("Tulips", 30'000, 1));
  const auto first = mail(*recorder, alice, gone, "marigold:2,", mail_text("Marigold", 30'000, 2));
  recorder->pack_now();
  const auto second = mail(*recorder, alice, gone, "marigold:2,S", mail_text("Marigold", 30'000, 2), Cause::kRenamed);
  const auto third = mail(*recorder, alice, gone, "marigold:2,S", "short Marigold", Cause::kChanged);
  mail(*recorder, alice, late, "late", "short too");
  remove(*recorder, alice, gone);
  const std::vector<std::string> needles{"Marigold", "marigold", Digest::of(as_bytes("short Marigold")).hex(),
                                         std::string(as_text(Digest::of(as_bytes("short Marigold")).bytes()))};
  ASSERT_THAT(find_in_store(path(), needles), Not(IsEmpty()));
  const auto before = history(recorder->view(), alice);

  const auto result = purge(*recorder, alice, {first, second, third});

  EXPECT_THAT(result.left, IsEmpty());
  EXPECT_EQ(result.versions, 3U);
  EXPECT_EQ(result.blobs, 2U);
  EXPECT_LT(result.bytes_after, result.bytes_before);
  EXPECT_THAT(find_in_store(path(), needles), IsEmpty());
  EXPECT_EQ(history(recorder->view(), alice), without(before, {first, second, third}));
  EXPECT_FALSE(disk_.exists(Layout(path()).purging()));
}

TEST_F(Purge, IsTheSameAfterEverythingDerivedWasMadeAnew) {
  History expected;
  AccountNumber alice;
  {
    const auto recorder = open_quietly();
    alice = add_account(*recorder, "alice@example.com");
    std::vector<VersionId> gone;
    for (unsigned i = 0; i < 40; ++i) {
      const auto item = recorder->new_item(alice);
      const auto name = (i % 3 == 0 ? "gone" : "kept") + std::to_string(i);
      const auto version = mail(*recorder, alice, item, name, mail_text(name, 6'000, i));
      if (i % 3 == 0) gone.push_back(version);
      if (i % 4 == 0) remove(*recorder, alice, item);
      if (i % 7 == 0) recorder->pack_now();
    }
    expected = without(history(recorder->view(), alice), gone);
    purge(*recorder, alice, gone);
    EXPECT_EQ(history(recorder->view(), alice), expected);
  }
  EXPECT_THAT(find_in_store(path(), {"gone"}), IsEmpty());
  remove_derived();
  const auto again = open_quietly();
  EXPECT_EQ(history(again->view(), alice), expected);
  EXPECT_FALSE(log_.mentions("error"));
}

TEST_F(Purge, LeavesAStoreInWhichACheckFindsNothing) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto bob = add_account(*recorder, "bob@example.com");
  std::vector<VersionId> gone;
  for (unsigned i = 0; i < 12; ++i) {
    const auto item = recorder->new_item(alice);
    const auto name = "mail" + std::to_string(i);
    const auto version = mail(*recorder, alice, item, name, mail_text(name, 60'000, i));
    mail(*recorder, bob, recorder->new_item(bob), name, mail_text(name, 60'000, i));
    if (i % 3 == 0) gone.push_back(version);
    if (i % 4 == 0) remove(*recorder, alice, item);
    if (i == 6) recorder->pack_now();
  }
  purge(*recorder, alice, gone);
  clock_.advance_seconds(1);
  recorder->end_account(bob);
  const std::vector<PurgeRequest> whole{{bob, true, {}}};
  EXPECT_THAT(recorder->purge(whole).left, IsEmpty());
  mail(*recorder, alice, recorder->new_item(alice), "later", "later");
  CheckOptions options;
  const auto findings = check_store(world(), path(), options);
  for (const auto& file : findings.files) ADD_FAILURE() << file.path << ": " << file.what;
  EXPECT_FALSE(findings.damaged());
  EXPECT_EQ(findings.items_total, 0U);
}

TEST_F(Purge, RemovesTheWordsOfItsAccountsAndNamesWhatARepairPutAside) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto bob = add_account(*recorder, "bob@example.com");
  const auto uuid = [&](AccountNumber account) { return recorder->view().account(account)->uuid.hex(); };
  const auto item = recorder->new_item(alice);
  const auto version = mail(*recorder, alice, item, "mail", mail_text("Marigold", 3'000, 1));
  remove(*recorder, alice, item);
  fs::create_directory(path() + "/search");
  fs::create_directory(path() + "/quarantine");
  for (const auto& name : {uuid(alice) + ".db", uuid(alice) + ".db-journal", uuid(bob) + ".db"}) {
    std::ofstream(path() + "/search/" + name) << "Marigold";
  }
  std::ofstream(path() + "/quarantine/a_pack") << "Marigold";
  EXPECT_THAT(purge(*recorder, alice, {version}).left, testing::ElementsAre(HasSubstr("quarantine/a_pack")));
  EXPECT_FALSE(fs::exists(path() + "/search/" + uuid(alice) + ".db"));
  EXPECT_FALSE(fs::exists(path() + "/search/" + uuid(alice) + ".db-journal"));
  EXPECT_TRUE(fs::exists(path() + "/search/" + uuid(bob) + ".db")) << "it has nothing to do with it";
}

TEST_F(Purge, KeepsTheTimesOfWhatCameBeforeAndWhatHadTheNameBefore) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto item = recorder->new_item(alice);
  const auto other = recorder->new_item(alice);
  const auto moved = recorder->new_item(alice);
  mail(*recorder, alice, item, "one", "first");
  const auto middle = mail(*recorder, alice, item, "one", "middle-gone", Cause::kChanged);
  mail(*recorder, alice, item, "one", "last", Cause::kChanged);
  mail(*recorder, alice, other, "name", "had the name");
  const auto taker = mail(*recorder, alice, recorder->new_item(alice), "name", "took it-gone");
  // One moves away in the same transaction in which another takes its name, and that one is removed.
  mail(*recorder, alice, moved, "place", "moves");
  clock_.advance_seconds(1);
  const auto second_taker = recorder->new_item(alice);
  const std::vector<Change> changes{Put{moved, Cause::kRenamed, file("elsewhere", "moves"), {}},
                                    Put{second_taker, Cause::kArrived, file("place", "took place-gone"), {}}};
  const std::vector<Bytes> blobs{to_bytes("took place-gone")};
  recorder->record(alice, changes, blobs);
  const std::vector<VersionId> gone{middle, taker, recorder->view().item_at(alice, second_taker, kForever)->id};
  const auto before = history(recorder->view(), alice);
  const auto result = purge(*recorder, alice, gone);
  EXPECT_THAT(result.left, IsEmpty());
  EXPECT_EQ(history(recorder->view(), alice), without(before, gone));
  EXPECT_THAT(find_in_store(path(), {"-gone"}), IsEmpty());
}

TEST_F(Purge, KeepsAPartThatAnotherAccountHasToo) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto bob = add_account(*recorder, "bob@example.com");
  const auto shared = noise(200'000, 7);
  const auto own = noise(60'000, 8);
  const auto item = recorder->new_item(alice);
  const auto gone = mail(*recorder, alice, item, "a", "Subject: alices\n\n" + shared);
  const auto only = mail(*recorder, alice, recorder->new_item(alice), "b", "Subject: onlyalice\n\n" + own);
  mail(*recorder, bob, recorder->new_item(bob), "b", "Subject: bobs\n\n" + shared);
  const auto before = history(recorder->view(), bob);
  const auto result = purge(*recorder, alice, {gone, only});
  EXPECT_THAT(result.left, IsEmpty());
  EXPECT_EQ(history(recorder->view(), bob), before);
  EXPECT_THAT(find_in_store(path(), {"alices", "onlyalice", own.substr(1000, 40), own.substr(50'000, 40)}), IsEmpty());
  EXPECT_THAT(find_in_store(path(), {shared.substr(100'000, 20)}), Not(IsEmpty()));
  EXPECT_TRUE(history(recorder->view(), alice).size() == 1) << "the root alone";
}

TEST_F(Purge, KeepsAContentThatAnotherVersionHas) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto copy = recorder->new_item(alice);
  const auto gone = mail(*recorder, alice, recorder->new_item(alice), "first-name", "the same bytes");
  mail(*recorder, alice, copy, "copy", "the same bytes");
  const auto before = history(recorder->view(), alice);
  EXPECT_EQ(purge(*recorder, alice, {gone}).blobs, 0U);
  EXPECT_EQ(history(recorder->view(), alice), without(before, {gone}));
  EXPECT_THAT(find_in_store(path(), {"first-name"}), IsEmpty());
}

TEST_F(Purge, RemovesAnEndedAccountAsAWholeAndNoLivingOne) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto bob = add_account(*recorder, "bob@example.org");
  mail(*recorder, alice, recorder->new_item(alice), "hers", mail_text("Hyacinth", 50'000, 3));
  recorder->pack_now();
  mail(*recorder, alice, recorder->new_item(alice), "hers too", mail_text("Hyacinth", 5'000, 4));
  mail(*recorder, bob, recorder->new_item(bob), "his", mail_text("Lilac", 50'000, 5));
  const std::vector<PurgeRequest> requests{{alice, true, {}}};
  EXPECT_THROW(recorder->purge(requests), Error);
  const auto uuid = recorder->view().account(alice)->uuid;
  recorder->end_account(alice);
  const auto before = history(recorder->view(), bob);
  const auto result = recorder->purge(requests);
  EXPECT_THAT(result.left, IsEmpty());
  EXPECT_EQ(history(recorder->view(), bob), before);
  EXPECT_FALSE(recorder->view().account(alice));
  EXPECT_THAT(find_in_store(path(), {"Hyacinth", "alice", uuid.hex(), std::string(as_text(uuid.bytes())).substr(0, 8)}),
              ::testing::Each(HasSubstr(".log")))
      << "but for the uuid in the note of the purge itself";
  EXPECT_THAT(find_in_store(path(), {"Hyacinth", "alice"}), IsEmpty());
  EXPECT_FALSE(disk_.exists(Layout(path()).account(uuid)));
  EXPECT_THROW(recorder->new_item(alice), Error);
}

TEST_F(Purge, NeverGivesAnIdOfARemovedVersionAgain) {
  AccountNumber alice;
  VersionId gone;
  ItemId gone_item;
  {
    const auto recorder = open_quietly();
    alice = add_account(*recorder, "alice@example.com");
    gone_item = recorder->new_item(alice);
    gone = mail(*recorder, alice, gone_item, "a", "b");
    purge(*recorder, alice, {gone});
  }
  remove_derived();
  const auto recorder = open_quietly();
  const auto item = recorder->new_item(alice);
  EXPECT_GT(item, gone_item);
  EXPECT_GT(mail(*recorder, alice, item, "c", "d"), gone);
}

TEST_F(Purge, CanBeDoneAgainAndAgain) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  std::vector<VersionId> versions;
  for (unsigned i = 0; i < 6; ++i) {
    versions.push_back(mail(*recorder, alice, recorder->new_item(alice), "m" + std::to_string(i),
                            mail_text("Rose" + std::to_string(i) + "x", 9'000, i)));
  }
  for (unsigned i = 0; i < 6; i += 2) {
    const auto before = history(recorder->view(), alice);
    EXPECT_THAT(purge(*recorder, alice, {versions[i]}).left, IsEmpty());
    EXPECT_EQ(history(recorder->view(), alice), without(before, {versions[i]}));
    EXPECT_THAT(find_in_store(path(), {"Rose" + std::to_string(i) + "x"}), IsEmpty());
  }
  EXPECT_EQ(purge(*recorder, alice, {versions[0]}).versions, 0U) << "it is gone already";
  mail(*recorder, alice, recorder->new_item(alice), "again", mail_text("Rose0x", 9'000, 0));
  EXPECT_EQ(history(recorder->view(), alice).size(), 1U + 3U + 1U);
}

TEST_F(Purge, CanBeVerified) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto bob = add_account(*recorder, "bob@example.com");
  const auto item = recorder->new_item(alice);
  const auto gone = mail(*recorder, alice, item, "a", "gone");
  mail(*recorder, alice, item, "a", "stays", Cause::kChanged);
  const auto uuid = recorder->view().account(bob)->uuid;
  purge(*recorder, alice, {gone});
  recorder->end_account(bob);
  const std::vector<PurgeRequest> requests{{bob, true, {}}};
  recorder->purge(requests);
  const auto good = check_purged(world(), path());
  EXPECT_THAT(good.found, IsEmpty());
  EXPECT_EQ(good.purged, 2U) << "alice's version, and bob's entry";
  EXPECT_EQ(good.unreferenced, 0U);
  fs::create_directories(Layout(path()).account(uuid));
  EXPECT_THAT(check_purged(world(), path()).found,
              ::testing::ElementsAre(HasSubstr("account " + uuid.hex() + ": erased, and still there")));
}

TEST_F(Purge, VerifyingFindsAVersionThatCameBack) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto gone = mail(*recorder, alice, recorder->new_item(alice), "a", "gone");
  purge(*recorder, alice, {gone});
  ASSERT_THAT(check_purged(world(), path()).found, IsEmpty());
  // As a faulty writer would: the id of a removed version is used once more.
  PurgeOperation again{ItemId{1}, VersionId{1}, {VersionId{gone.value + 1}}, {}};
  const auto next = mail(*recorder, alice, recorder->new_item(alice), "b", "next");
  ASSERT_EQ(next.value, gone.value + 1);
  const Uuid uuid = recorder->view().account(alice)->uuid;
  const Layout layout(path());
  HistoryLog log(disk_, layout, read_store_id(world(), path()), uuid);
  Bytes operations;
  encode_operation(again, operations);
  Bytes transaction;
  encode_transaction(Lsn{log.covered().value + 1}, Instant{1}, uuid, 1, operations, transaction);
  log.add(Lsn{log.covered().value + 1}, transaction);
  EXPECT_THAT(check_purged(world(), path()).found,
              ::testing::UnorderedElementsAre(HasSubstr("still in the catalog"), HasSubstr("still in the journal")));
}

TEST_F(Purge, LeavesAnAccountWhoseLogIsDamagedAsItIs) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto version = mail(*recorder, alice, recorder->new_item(alice), "a", "Subject: Iris\n\nb");
  recorder->pack_now();
  purge(*recorder, alice, {VersionId{1'000}});  // Finishes the journal's segment, and removes nothing.
  const auto log = only_file("/accounts", ".log");
  ASSERT_FALSE(log.empty());
  std::fstream(log, std::ios::in | std::ios::out | std::ios::binary).seekp(150) << "damage";
  const auto before = history(recorder->view(), alice);
  const auto result = purge(*recorder, alice, {version});
  ASSERT_EQ(result.left.size(), 1U);
  EXPECT_THAT(result.left.front(), HasSubstr("nothing of it was removed"));
  EXPECT_EQ(history(recorder->view(), alice), before);
}

TEST_F(Purge, LeavesADamagedPackAndSaysSo) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto version = mail(*recorder, alice, recorder->new_item(alice), "a", mail_text("Iris", 3'000, 1));
  mail(*recorder, alice, recorder->new_item(alice), "b", mail_text("Kept", 3'000, 2));
  purge(*recorder, alice, {VersionId{1'000}});  // Finishes the journal's segment, and removes nothing.
  const auto pack = only_file("/accounts", ".pack");
  ASSERT_FALSE(pack.empty());
  std::fstream(pack, std::ios::in | std::ios::out | std::ios::binary).seekp(150) << "damage";
  const auto result = purge(*recorder, alice, {version});
  EXPECT_THAT(result.left, Not(IsEmpty()));
  EXPECT_TRUE(fs::exists(pack));
}

TEST_F(Purge, KeepsWhatABulkSessionWasToldToBeThere) {
  const auto recorder = open_quietly();
  const auto alice = add_account(*recorder, "alice@example.com");
  const auto item = recorder->new_item(alice);
  const auto content = mail_text("Peony", 20'000, 9);
  const auto version = mail(*recorder, alice, item, "a", content);
  remove(*recorder, alice, item);
  const auto session = recorder->begin_bulk();
  MemorySource source(as_bytes(content));
  const auto stored = session->store(alice, source);
  const auto result = purge(*recorder, alice, {version});
  EXPECT_EQ(result.left.size(), 1U);
  session->add(alice, Put{recorder->new_item(alice), Cause::kArrived, file("new", content), {}});
  session->commit();
  EXPECT_EQ(read_blob(recorder->view(), alice, stored.digest), content);
}

TEST_F(Purge, IsFinishedByTheNextOpening) {
  AccountNumber alice;
  VersionId version;
  std::string unreadable;
  {
    const auto recorder = open_quietly();
    alice = add_account(*recorder, "alice@example.com");
    const auto bob = add_account(*recorder, "bob@example.com");
    version = mail(*recorder, alice, recorder->new_item(alice), "a", mail_text("Dahlia", 20'000, 9));
    mail(*recorder, alice, recorder->new_item(alice), "b", mail_text("Kept", 20'000, 10));
    // A pack that is a directory cannot be read, which is no damage: the purge ends in the middle. With names in it, it
    // is as large as a pack on any filesystem.
    unreadable = Layout(path()).packs(recorder->view().account(bob)->uuid) + "/" + std::string(64, 'a') + ".pack";
    for (int i = 0; i < 20; ++i) fs::create_directories(unreadable + "/" + std::to_string(i));
    EXPECT_THROW(purge(*recorder, alice, {version}), Error);
    EXPECT_TRUE(disk_.exists(Layout(path()).purging()));
  }
  fs::remove_all(unreadable);
  const auto recorder = open_quietly();
  EXPECT_THAT(find_in_store(path(), {"Dahlia"}), IsEmpty());
  EXPECT_EQ(history(recorder->view(), alice).size(), 2U);
}

}  // namespace
}  // namespace yestermail::test
