// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <memory>
#include <thread>

#include "scanner/watch.h"
#include "tests/archive/import_fixture.h"
#include "tests/support/people.h"
#include "tests/system/daemon.h"
#include "tools/import_messages.h"
#include "tools/watch_service.h"

namespace yestermail::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// The second store has a mail tree of its own, which is watched.
class ImportByDaemon : public ImportTest {
 protected:
  ImportByDaemon() {
    dora().put("", "1.hers:2,", sample_mail(900));
    std::filesystem::remove_all(other_);
    create_store(world_, other_, {{watched_}, {}, {}});
    make_scanned_store();
  }
  void watch() {
    daemon_.start();
    scan_other();  // What it does of itself at its start is done when it has answered.
  }
  void scan_other() {
    const auto ran = run({"scan", "--store", other_});
    ASSERT_EQ(ran.status, 0) << ran.err;
  }
  /// Several threads read: what is done first is told first.
  static std::vector<nlohmann::json> sorted(std::vector<nlohmann::json> rows) {
    std::sort(rows.begin(), rows.end());
    return rows;
  }
  void end_daemon() { EXPECT_EQ(daemon_.stop(), 0); }
  [[nodiscard]] MaildirBuilder dora() const { return MaildirBuilder(theirs_ + "/example.org/dora/Maildir"); }

  const std::string theirs_ = directory_ / "theirs";
  const std::string watched_ = "maildir:" + theirs_ + "/%d/%n/Maildir";
  Daemon daemon_{other_, {"--method", "polling", "--poll-interval", "86400"}};
};

TEST_F(ImportByDaemon, TellsAndRecordsTheSameAsWithoutOne) {
  const auto file = export_to("archive");
  const std::vector<std::pair<std::string, std::string>> names{{kAlice, "a-"}, {kBob, "b-"}};
  for (const auto& from : {file, store_, source_}) {
    const auto tag = std::to_string(count_++);
    std::vector<std::string> map;
    for (const auto& [name, mark] : names) map.insert(map.end(), {"--map", name + "=" + mark + tag});
    map.insert(map.end(), {"--accounts", kAlice, "--accounts", kBob});
    const auto plain = directory_ / ("plain" + tag);
    create_store(world_, plain, {});
    std::vector<std::string> words{"import", "--store", plain, from, "--json"};
    words.insert(words.end(), map.begin(), map.end());
    const auto expected = run(words);
    ASSERT_EQ(expected.status, 0) << expected.err;
    watch();
    EXPECT_EQ(sorted(import_rows(from, 0, map)), sorted(expected.json())) << from;
    const auto again = import_total(from, 0, map);
    EXPECT_EQ(again.at("recorded"), 0) << from;
    EXPECT_EQ(again.at("already_there"), expected.json().back().at("recorded")) << from;
    end_daemon();
  }
}

TEST_F(ImportByDaemon, GivesWhatCanBeExportedAgain) {
  watch();
  const auto ran = import(export_to("archive"));
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("0 already there, 0 skipped, 0 failed"));
  const auto file = directory_ / "again";
  ASSERT_EQ(run({"export", "--store", other_, "@example.com", "@example.net", "--to", file}).status, 0);
  expect_trees(extract(file), maildirs());
  end_daemon();
}

TEST_F(ImportByDaemon, GoesOnWatchingAndLeavesTheImportedAccountsAlone) {
  watch();
  ASSERT_EQ(import(export_to("archive")).status, 0);
  dora().put("", "2.later:2,", "Subject: later\n\nlater\n");
  scan_other();
  EXPECT_THAT(run({"cat", "--store", other_, "dora@example.org/INBOX/2.later"}).out, HasSubstr("later"));
  for (const auto& account : accounts()) EXPECT_EQ(account.until, kForever) << account.name;
  EXPECT_EQ(import_total(store_).at("failed"), 0);
  end_daemon();
}

TEST_F(ImportByDaemon, TakesAPathAsTheCommandSeesIt) {
  watch();
  export_to("archive");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory_ / "");
  EXPECT_EQ(import("archive", {"--accounts", kBob}).status, 0);
  EXPECT_EQ(import("maildir:mail/%d/%n/Maildir", {"--accounts", kBob, "--map", kBob + "=robert"}).status, 0);
  std::filesystem::current_path(before);
  end_daemon();
}

TEST_F(ImportByDaemon, TakesAnotherStoreAsItWas) {
  const auto then = last_change();
  bob().put("", "9.later:2,", sample_mail(901));
  scan();
  watch();
  ASSERT_EQ(import(store_, {"--accounts", kBob, "--at", then}).status, 0);
  EXPECT_EQ(run({"cat", "--store", other_, kBob + "/INBOX/9.later"}).status, 1);
  EXPECT_EQ(import_total(store_, 0, {"--accounts", kBob}).at("recorded"), 1);
  end_daemon();
}

TEST_F(ImportByDaemon, LeavesOutWhatWasErased) {
  bob().put("", "8.secret:2,", "Subject: Secret\n\ntell nobody\n");
  scan();
  const auto file = export_to("archive");
  watch();
  ASSERT_EQ(import(file, {"--accounts", kBob}).status, 0);
  ASSERT_EQ(run({"erase", "--store", other_, kBob + "/INBOX/8.secret"}).status, 0);
  const auto rows = rows_of(import_rows(file, 0, {"--accounts", kBob}), "skipped");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().at("why"), "erased");
  end_daemon();
}

TEST_F(ImportByDaemon, SaysWhatTheDaemonFoundWrong) {
  const auto file = export_to("archive");
  watch();
  const auto taken = import(file, {"--map", kBob + "=dora@example.org"});
  EXPECT_EQ(taken.status, 2);
  EXPECT_THAT(taken.err, HasSubstr("the process that watches it did not import: "));
  EXPECT_THAT(taken.err, HasSubstr("dora@example.org"));
  const auto itself = import(other_);
  EXPECT_EQ(itself.status, 2);
  EXPECT_EQ(import(directory_ / "nothing").status, 1);
  const auto altered = listed(eve({{"accounts/eve@example.com/maildir/cur/1.a:2,", "Subject: x\n\nhello\n"},
                                   {"accounts/eve@example.com/maildir/cur/2.b:2,", "Subject: y\n\nhello\n"}}));
  auto other = altered;
  other[other.size() - 2].second = "Subject: z\n\nhello\n";
  const auto damaged = import(made_archive("altered", other));
  EXPECT_EQ(damaged.status, 3) << damaged.out << damaged.err;
  EXPECT_THAT(damaged.out, HasSubstr("1 recorded, 0 already there, 0 skipped, 1 failed"));
  end_daemon();
}

TEST_F(ImportByDaemon, NeedsTheStoreForItselfForAHistory) {
  watch();
  const auto ran = import(store_, {"--history"});
  EXPECT_EQ(ran.status, 4);
  EXPECT_THAT(ran.err, HasSubstr("stop it, import, and start it again"));
  end_daemon();
}

TEST_F(ImportByDaemon, EndsWithTheDaemonAndGoesOnLater) {
  constexpr int kMails = 3000;  // More than a relay holds: it cannot be done before it is stopped.
  for (int i = 0; i < kMails; ++i) bob().put("", std::to_string(i) + ".many:2,", "n\n\n" + std::to_string(i));
  scan();
  Watch watch([&] { return open_recorder(world_, other_); }, clock_, log_, {watched_}, {});
  std::atomic<bool> ready{false};
  std::jthread thread([&](const std::stop_token& stop) { watch.run(stop, [&] { ready = true; }); });
  while (!ready) std::this_thread::sleep_for(1ms);
  WatchService service(watch, world_, other_);
  ImportOrder order;
  order.accounts = {kBob};
  std::size_t told = 0;
  const auto ask = [&] {
    return service.answer(import_request_json({store_, kForever, order}), [&](const Json& progress) {
      told += progress.at("items").size();
      if (!progress.at("items").empty()) service.stop();
    });
  };
  try {
    ask();
    ADD_FAILURE() << "it was not stopped";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kFailed);
    EXPECT_THAT(error.what(), HasSubstr("import again"));
  }
  EXPECT_GT(told, 0U);
  EXPECT_LT(told, std::size_t{kMails});
  EXPECT_THROW(ask(), Error) << "nor does another one begin";
  thread.request_stop();
  thread.join();
  const auto total = import_total(store_, 0, {"--accounts", kBob});
  EXPECT_GE(total.at("already_there").get<std::size_t>(), told) << "what was told was durable";
  EXPECT_EQ(import_total(store_, 0, {"--accounts", kBob}).at("recorded"), 0);
}

}  // namespace
}  // namespace yestermail::test
