// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "base/error.h"
#include "tests/store/store_fixture.h"
#include "tests/support/campaign_setting.h"

namespace yestermail::test {
namespace {

class RecorderTest : public StoreFixture {};

TEST_F(RecorderTest, ShowsEachStateAtItsInstant) {
  auto recorder = open();
  const auto account = add_account(*recorder, "alice@example.com");
  const auto item = recorder->new_item(account);
  const auto arrived = put(*recorder, account, item, "1.mail:2,", "hello\n");
  const auto read = put(*recorder, account, item, "1.mail:2,S", "hello\n", Cause::kRenamed);
  const std::vector<Change> removal{Remove{item}};
  const auto deleted = recorder->record(account, removal, {});
  auto& view = recorder->view();
  EXPECT_EQ(names(view, account, Instant{arrived.value - 1}), std::vector<std::string>{});
  EXPECT_EQ(names(view, account, arrived), std::vector<std::string>{"1.mail:2,"});
  EXPECT_EQ(names(view, account, Instant{read.value - 1}), std::vector<std::string>{"1.mail:2,"});
  EXPECT_EQ(names(view, account, read), std::vector<std::string>{"1.mail:2,S"});
  EXPECT_EQ(names(view, account, deleted), std::vector<std::string>{});
  EXPECT_EQ(names(view, account, kForever), std::vector<std::string>{});
  EXPECT_EQ(read_blob(view, account, Digest::of(as_bytes("hello\n"))), "hello\n");
  const auto life = view.history(account, item);
  ASSERT_EQ(life.size(), 2U);
  EXPECT_EQ(life[0].until, read);
  EXPECT_EQ(life[1].until, deleted);
}

TEST_F(RecorderTest, GivesEachTransactionALaterInstantThoughTheClockStandsOrGoesBack) {
  auto recorder = open();
  const auto account = add_account(*recorder, "alice@example.com");
  const auto first = put(*recorder, account, recorder->new_item(account), "a", "a");
  const auto second = put(*recorder, account, recorder->new_item(account), "b", "b");
  clock_.set(Instant{clock_.now().value - 3600 * kMicrosPerSecond});
  const auto third = put(*recorder, account, recorder->new_item(account), "c", "c");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  recorder.reset();
  recorder = open();
  EXPECT_LT(third, put(*recorder, account, recorder->new_item(account), "d", "d"));
}

TEST_F(RecorderTest, EndsAnItemWhoseNameAnotherTakes) {
  auto recorder = open();
  const auto account = add_account(*recorder, "alice@example.com");
  const auto old_item = recorder->new_item(account);
  const auto new_item = recorder->new_item(account);
  put(*recorder, account, old_item, "subscriptions", "one");
  const auto at = put(*recorder, account, new_item, "subscriptions", "two");
  auto& view = recorder->view();
  EXPECT_EQ(names(view, account, kForever).size(), 1U);
  EXPECT_FALSE(view.item_at(account, old_item, at));
  EXPECT_EQ(view.lookup(account, kRootItem, "subscriptions", at)->item, new_item);
  EXPECT_EQ(view.lookup(account, kRootItem, "subscriptions", Instant{at.value - 1})->item, old_item);
}

TEST_F(RecorderTest, KeepsABodyOverARename) {
  auto recorder = open();
  const auto account = add_account(*recorder, "alice@example.com");
  const auto item = recorder->new_item(account);
  put(*recorder, account, item, "1:2,", "x");
  const auto before = *recorder->view().lookup(account, kRootItem, "1:2,", kForever);
  put(*recorder, account, item, "1:2,S", "x", Cause::kRenamed, before.body);
  const auto after = *recorder->view().lookup(account, kRootItem, "1:2,S", kForever);
  EXPECT_NE(after.id, before.id);
  EXPECT_EQ(after.body, before.id);
  EXPECT_EQ(after.state.sender, "Bob");
  EXPECT_EQ(after.state.subject, "About 1:2,S");
}

TEST_F(RecorderTest, KnowsAnAccountByNameNumberAndIncarnation) {
  auto recorder = open();
  const auto first = add_account(*recorder, "bob@example.com");
  recorder->end_account(first);
  const auto second = add_account(*recorder, "bob@example.com");
  EXPECT_NE(first, second);
  auto& view = recorder->view();
  ASSERT_EQ(view.accounts(kForever).size(), 1U);
  EXPECT_EQ(view.account_named("bob@example.com", kForever)->number, second);
  const auto ended = view.account(first);
  ASSERT_TRUE(ended);
  EXPECT_NE(ended->until, kForever);
  EXPECT_EQ(view.account_named("bob@example.com", Instant{ended->until.value - 1})->number, first);
  EXPECT_EQ(names(view, kServerAccount, kForever), (std::vector<std::string>{"accounts", "domains", "settings"}));
}

TEST_F(RecorderTest, RecordsMoreAccountsThanItKeepsOpen) {
  constexpr std::size_t kAccounts = 72;
  std::vector<AccountNumber> accounts;
  const auto deliver_to_all = [&](Recorder& recorder, const std::string& name) {
    const auto session = recorder.begin_bulk();
    for (const auto account : accounts) {
      auto state = file(name, "");
      state.digest.reset();
      session->add(account, Put{recorder.new_item(account), Cause::kArrived, state});
    }
    session->commit();
  };
  {
    const auto recorder = open();
    for (std::size_t i = 0; i < kAccounts; ++i) {
      Account account;
      account.name = "user" + std::to_string(i) + "@example.com";
      accounts.push_back(recorder->add_account(account));
    }
    deliver_to_all(*recorder, "a");
    deliver_to_all(*recorder, "b");
  }
  // The server's catalog, made anew, looks into all others.
  std::filesystem::remove(path() + "/server/catalog.db");
  const auto recorder = open();
  deliver_to_all(*recorder, "c");
  EXPECT_EQ(recorder->view().accounts(kForever).size(), kAccounts);
  for (const auto account : accounts) {
    EXPECT_THAT(names(recorder->view(), account, kForever), ::testing::UnorderedElementsAre("a", "b", "c"));
  }
  EXPECT_FALSE(log_.mentions("not all was packed"));
}

TEST_F(RecorderTest, LetsOnlyOneWriterIn) {
  const auto recorder = open();
  try {
    open();
    FAIL() << "a second writer came in";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kLocked);
  }
}

TEST_F(RecorderTest, KeepsLargeBlobsThroughBothPathsByteForByte) {
  for (const bool bulk : {false, true}) {
    auto recorder = open();
    const auto account = add_account(*recorder, bulk ? "bulk@example.com" : "live@example.com");
    std::vector<std::string> contents;
    for (const std::size_t size : {0U, 1U, 16383U, 16384U, 70'000U, 1'048'576U, 1'114'112U, 1'114'113U, 3'500'000U}) {
      contents.push_back("Subject: x\n\n" + noise(size, static_cast<std::uint32_t>(size)));
      contents.push_back(noise(size, static_cast<std::uint32_t>(size) + 7));
    }
    if (bulk) {
      auto session = recorder->begin_bulk();
      for (const auto& content : contents) {
        MemorySource source(as_bytes(content));
        const auto stored = session->store(account, source);
        EXPECT_EQ(stored.size, content.size());
        EXPECT_EQ(stored.digest, Digest::of(as_bytes(content)));
        session->add(account,
                     Put{recorder->new_item(account), Cause::kArrived, file(stored.digest.hex(), content), {}});
      }
      session->commit();
    } else {
      for (const auto& content : contents)
        put(*recorder, account, recorder->new_item(account), Digest::of(as_bytes(content)).hex(), content);
    }
    recorder.reset();
    const auto view = open_view(world(), path());
    for (const auto& content : contents) EXPECT_EQ(read_blob(*view, account, Digest::of(as_bytes(content))), content);
  }
}

TEST_F(RecorderTest, SharesAttachmentsWithinTheScopeAndNoFurther) {
  const auto attachment = noise(100'000, 5);
  const std::pair<PoolScope, std::uintmax_t> scopes[] = {
      {PoolScope::kStore, 1}, {PoolScope::kDomain, 2}, {PoolScope::kAccount, 3}};
  for (const auto& [scope, copies] : scopes) {
    const auto path = directory_ / ("scope-" + std::string(pool_scope_text(scope)));
    StoreSettings settings;
    settings.pool = scope;
    create_store(world(), path, settings, quick());
    std::map<AccountNumber, std::string> mails;
    {
      auto recorder = open_recorder(world(), path, quick());
      EXPECT_EQ(read_store_settings(world(), path).pool, scope);
      for (const std::string name : {"alice@example.com", "bob@Example.com", "carol@example.net"}) {
        const auto account = add_account(*recorder, name);
        mails[account] = "To: " + name + "\n\n" + attachment;
        auto session = recorder->begin_bulk();
        MemorySource source(as_bytes(mails[account]));
        session->store(account, source);
        session->add(account, Put{recorder->new_item(account), Cause::kArrived, file("m", mails[account]), {}});
        session->commit();
      }
    }
    std::uintmax_t pool = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path + "/pool")) {
      if (entry.path().extension() == ".pack") pool += entry.file_size();
      if (entry.path().extension() == ".db") std::filesystem::remove(entry.path());
    }
    EXPECT_GE(pool, copies * 75'000);
    EXPECT_LE(pool, copies * 110'000);
    const auto view = open_view(world(), path);  // The indexes are made anew.
    for (const auto& [account, mail] : mails) {
      EXPECT_EQ(read_blob(*view, account, Digest::of(as_bytes(mail))), mail) << pool_scope_text(scope);
    }
  }
}

TEST_F(RecorderTest, StoresAPartAnewThatIsDamagedInThePool) {
  const auto attachment = noise(300'000, 9);
  const std::string first = "To: alice\n\n" + attachment;
  const std::string second = "To: bob\n\n" + attachment;
  auto recorder = open();
  const auto account = add_account(*recorder, "alice@example.com");
  const auto keep = [&](const std::string& mail) {
    auto session = recorder->begin_bulk();
    MemorySource source(as_bytes(mail));
    session->store(account, source);
    session->add(account, Put{recorder->new_item(account), Cause::kArrived, file(mail.substr(4, 3), mail), {}});
    session->commit();
  };
  keep(first);
  recorder.reset();
  for (const auto& entry : std::filesystem::directory_iterator(path() + "/pool/packs")) {
    std::fstream pack(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    pack.seekp(static_cast<std::streamoff>(entry.file_size() / 2));
    pack << "damage";
  }
  recorder = open();
  keep(second);
  EXPECT_TRUE(log_.mentions("damaged in the pool"));
  EXPECT_EQ(read_blob(recorder->view(), account, Digest::of(as_bytes(second))), second);
  EXPECT_EQ(read_blob(recorder->view(), account, Digest::of(as_bytes(first))), first) << "mended too";
}

TEST_F(RecorderTest, StoresABodySharedByAccountsOnce) {
  auto recorder = open();
  const auto body = noise(400'000, 5);
  for (int i = 0; i < 10; ++i) {
    const auto account = add_account(*recorder, "user" + std::to_string(i) + "@example.com");
    auto session = recorder->begin_bulk();
    const auto content = "Delivered-To: user" + std::to_string(i) + "\n\n" + body;
    MemorySource source(as_bytes(content));
    const auto stored = session->store(account, source);
    session->add(account, Put{recorder->new_item(account), Cause::kArrived, file("m", content), {}});
    session->commit();
    EXPECT_EQ(read_blob(recorder->view(), account, stored.digest), content);
  }
  std::uintmax_t pool = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path() + "/pool/packs")) pool += entry.file_size();
  EXPECT_LT(pool, 410'000U);
}

TEST_F(RecorderTest, KeepsTheLogsOfItsDatabasesSmall) {
  constexpr auto kMails = static_cast<int>(for_this_build(1200, 3000));  // Each adds some 30 KB to a log.
  constexpr int kKills = 3;
  constexpr std::uintmax_t kMost = 9U << 20U;
  AccountNumber account{};
  for (int kill = 0; kill < kKills; ++kill) {
    auto recorder = open();
    if (kill == 0) account = add_account(*recorder, "alice@example.com");
    for (int i = 0; i < kMails / kKills; ++i) {
      const auto item = recorder->new_item(account);
      const auto name = std::to_string(item.value) + ".mail:2,";
      put(*recorder, account, item, name, noise(5000, static_cast<std::uint32_t>(item.value)));
    }
    std::size_t logs = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(path())) {
      if (!file.path().string().ends_with(".db-wal")) continue;
      EXPECT_LT(file.file_size(), kMost) << file.path();
      ++logs;
    }
    EXPECT_GT(logs, 0U);
    // What a killed process leaves: the files as they are now.
    std::filesystem::copy(path(), directory_ / "left", std::filesystem::copy_options::recursive);
    recorder.reset();
    std::filesystem::remove_all(path());
    std::filesystem::rename(directory_ / "left", path());
  }
}

TEST_F(RecorderTest, TellsAnInstantWhenAllThatIsOfItCanBeRead) {
  auto recorder = open();
  const auto account = add_account(*recorder, "alice@example.com");
  const auto view = open_view(world(), path());
  std::atomic<bool> done{false};
  // Gaps belong to the server's account, whose catalog tells the last instant: both share batches.
  std::thread gaps([&] {
    for (std::int64_t i = 0; !done; ++i) {
      recorder->record_gap(kServerAccount, {Instant{i}, Instant{i + 1}, GapReason::kEventsLost, "test"});
    }
  });
  std::map<Instant, std::size_t> seen;
  std::thread reader([&] {
    while (!done) {
      const auto last = view->last_instant();
      const auto count = view->list(account, kRootItem, last).size();
      if (const auto [at, added] = seen.emplace(last, count); !added) at->second = std::min(at->second, count);
    }
  });
  for (int i = 0; i < 500; ++i) put(*recorder, account, recorder->new_item(account), std::to_string(i), "x");
  done = true;
  gaps.join();
  reader.join();
  std::size_t wrong = 0;
  for (const auto& [at, count] : seen) wrong += view->list(account, kRootItem, at).size() == count ? 0 : 1;
  EXPECT_EQ(wrong, 0U) << "of " << seen.size();
}

TEST_F(RecorderTest, TakesChangesFromManyThreads) {
  auto recorder = open();
  const auto account = add_account(*recorder, "alice@example.com");
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const auto name = std::to_string(t) + "-" + std::to_string(i);
        put(*recorder, account, recorder->new_item(account), name, name);
        EXPECT_TRUE(recorder->view().lookup(account, kRootItem, name, kForever));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(names(recorder->view(), account, kForever).size(), 160U);
}

/// Random changes, at every one of whose instants the store must show what a map of names showed.
class RandomHistoryTest : public StoreFixture {
 protected:
  RandomHistoryTest() : StoreFixture(small()) {}

  /// Segments that a test fills several times over.
  static StoreTuning small() {
    StoreTuning tuning;
    tuning.journal_segment_bytes = 64U << 10U;
    tuning.background_packing = false;
    return tuning;
  }

  using State = std::map<std::string, std::string>;

  void change_at_random(Recorder& recorder, int count) {
    for (int i = 0; i < count; ++i) {
      const auto choice = random_() % 10;
      Instant at;
      if (choice < 5 || live_.empty()) {
        const auto name = "m" + std::to_string(serial_++);
        const auto item = recorder.new_item(account_);
        const auto content = noise(random_() % 3000, serial_);
        at = put(recorder, account_, item, name, content);
        live_[name] = {item, content};
      } else {
        auto chosen = live_.begin();
        std::advance(chosen, static_cast<long>(random_() % live_.size()));
        const auto [item, content] = chosen->second;
        live_.erase(chosen);
        if (choice < 8) {
          const auto name = "r" + std::to_string(serial_++);
          at = put(recorder, account_, item, name, content, Cause::kRenamed);
          live_[name] = {item, content};
        } else {
          const std::vector<Change> changes{Remove{item}};
          at = recorder.record(account_, changes, {});
        }
      }
      State state;
      for (const auto& [name, entry] : live_) state[name] = entry.second;
      ledger_[at] = state;
      clock_.advance_micros(static_cast<std::int64_t>(random_() % 5'000'000));
    }
  }

  void expect_all(View& view) {
    for (const auto& [at, state] : ledger_) {
      State shown;
      for (const auto& version : view.versions(account_, view.list(account_, kRootItem, at))) {
        shown[version.state.name] = read_blob(view, account_, *version.state.digest);
      }
      ASSERT_EQ(shown, state) << "at " << at.value;
    }
  }

  std::mt19937 random_{42};
  AccountNumber account_;
  std::uint32_t serial_ = 0;
  std::map<std::string, std::pair<ItemId, std::string>> live_;
  std::map<Instant, State> ledger_;
};

TEST_F(RandomHistoryTest, IsTheSameOpenReopenedPackedAndRebuilt) {
  auto recorder = open(small());
  account_ = add_account(*recorder, "alice@example.com");
  change_at_random(*recorder, 150);
  expect_all(recorder->view());
  recorder->pack_now();
  expect_all(recorder->view());
  change_at_random(*recorder, 50);
  recorder.reset();
  recorder = open(small());
  expect_all(recorder->view());
  recorder->pack_now();
  recorder.reset();
  expect_all(*open_view(world(), path()));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path())) {
    if (entry.path().string().find(".db") != std::string::npos) std::filesystem::remove(entry.path());
  }
  expect_all(*open_view(world(), path()));
  recorder = open(small());
  change_at_random(*recorder, 30);
  expect_all(recorder->view());
  for (const auto& line : log_.lines()) EXPECT_THAT(line, ::testing::HasSubstr("catalog"));
}

TEST_F(RandomHistoryTest, IsPackedInTheBackground) {
  auto tuning = small();
  tuning.background_packing = true;
  auto recorder = open(tuning);
  account_ = add_account(*recorder, "alice@example.com");
  change_at_random(*recorder, 200);
  recorder->pack_now();
  std::size_t segments = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path() + "/journal")) {
    segments += entry.path().extension() == ".journal" ? 1 : 0;
  }
  EXPECT_LE(segments, 2U) << "the one that is written to, and one that packing itself may have filled";
  expect_all(recorder->view());
}

}  // namespace
}  // namespace yestermail::test
