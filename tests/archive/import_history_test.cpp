// SPDX-License-Identifier: GPL-3.0-or-later
// Another store with all of its history.
#include <csignal>
#include <set>

#include "tests/archive/import_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ImportHistory : public ImportTest {
 protected:
  /// A few days at the mail server; an account goes and comes back.
  void live() {
    make_scanned_store();
    copy_mail(directory_ / "then");
    then_ = last_change();
    change_small_server(mail_, 1);
    scan();
    fs::rename(carol(), directory_ / "carol");
    scan();
    change_small_server(mail_, 2);
    scan();
    fs::rename(directory_ / "carol", carol());
    MaildirBuilder(carol() + "/Maildir").put("", "1700000000.M1.host:2,", "Subject: back\n\nback\n");
    scan();
  }
  std::string history(const std::string& store, const std::string& at) {
    const auto file = directory_ / ("history-" + std::to_string(++count_) + ".tar.zst");
    const auto ran = run({"export", "--store", store, "--to", file, "--history", "--at", at});
    EXPECT_EQ(ran.status, 0) << ran.err;
    return extract(file);
  }
  static std::multiset<std::string> histories_of(const std::string& extracted) {
    std::multiset<std::string> histories;
    for (const auto* kind : {"/accounts", "/ended"}) {
      if (!fs::exists(extracted + kind)) continue;
      for (const auto& account : fs::directory_iterator(extracted + kind)) {
        // Of those that had ended the name ends in their uuid, which is another one here.
        const auto name = account.path().filename().string();
        histories.insert(kind + ("/" + name.substr(0, name.find('~'))) + "\n" +
                         read_text(account.path() / "history.jsonl"));
      }
    }
    return histories;
  }
  /// Item for item, version for version, instant for instant.
  void expect_same_history() {
    const auto at = last_change();
    const auto want = history(store_, at);
    const auto have = history(other_, at);
    const auto histories = histories_of(want);
    EXPECT_GE(histories.size(), 4U);
    EXPECT_TRUE(histories == histories_of(have));
    EXPECT_EQ(joined(compare_trees(want + "/accounts/alice@example.com/blobs",
                                   have + "/accounts/alice@example.com/blobs", {.directory_mtimes = false})),
              "");
    expect_trees(have, maildirs());
  }

  [[nodiscard]] std::string carol() const { return mail_ + "/example.net/carol"; }

  std::string then_;
};

TEST_F(ImportHistory, IsTheSameHistory) {
  live();
  const auto total = import_total(store_, 0, {"--history"});
  EXPECT_EQ(total.at("failed"), 0);
  EXPECT_EQ(total.at("accounts"), 5) << "carol was two";
  expect_same_history();
  // What is one file in the mount under several names, there, is so here.
  const auto bodies = [&](const std::string& store) {
    const auto view = open_view(world_, store);
    const auto alice = view->account_named("alice@example.com", kForever)->number;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
    for (const auto& each : view->happenings(alice, Instant{0}, kForever, 10'000)) {
      found.emplace_back(each.version.id.value, each.version.body.value);
    }
    return found;
  };
  const auto shared = bodies(store_);
  EXPECT_TRUE(std::ranges::any_of(shared, [](const auto& each) { return each.first != each.second; }));
  EXPECT_EQ(shared, bodies(other_));
  const auto file = directory_ / "then.tar.zst";
  ASSERT_EQ(run({"export", "--store", other_, "--to", file, "--at", then_}).status, 0);
  expect_trees(extract(file), maildirs(directory_ / "then"));
  EXPECT_EQ(run({"check", "--store", other_}).status, 0);
}

TEST_F(ImportHistory, RecordsNothingTwiceAndGoesOnLater) {
  live();
  ASSERT_EQ(import(store_, {"--history"}).status, 0);
  const auto before = last_instant();
  EXPECT_EQ(import_total(store_, 0, {"--history"}).at("recorded"), 0);
  EXPECT_EQ(last_instant(), before);
  change_small_server(mail_, 3);
  fs::remove_all(carol());
  scan();
  EXPECT_GT(import_total(store_, 0, {"--history"}).at("recorded"), 0);
  expect_same_history();
}

TEST_F(ImportHistory, GoesOnWhereItWasKilled) {
  live();
  const auto shim =
      "LD_PRELOAD=" + (fs::read_symlink("/proc/self/exe").parent_path() / "libyestermail_kill_shim.so").string();
  const std::string asan = "ASAN_OPTIONS=verify_asan_link_order=0";
  const auto count = directory_ / "count";
  const std::vector<std::string> command{program_path(), "import", "--store", other_, store_, "--history"};
  ASSERT_EQ(test::run(command, {shim, asan, "YM_KILL_COUNT=" + count}).status, 0);
  std::uint64_t calls = 0;
  std::ifstream(count) >> calls;
  fs::remove_all(other_);
  create_store(world_, other_, {});
  std::uint64_t killed = 0;
  constexpr std::uint64_t kPoints = 8;
  for (std::uint64_t point = 1; point <= kPoints; ++point) {
    const auto at = point * calls / (kPoints + 2);
    if (test::run(command, {shim, asan, "YM_KILL_AT=" + std::to_string(at)}).signal == SIGKILL) ++killed;
  }
  EXPECT_GT(killed, 1U);
  EXPECT_EQ(test::run(command).status, 0);
  expect_same_history();
}

TEST_F(ImportHistory, TakesTheAccountsThatAreNamed) {
  live();
  ASSERT_EQ(import(store_, {"--history", "--accounts", "alice@*", "--map", "alice@example.com=alice"}).status, 0);
  ASSERT_EQ(accounts().size(), 1U);
  const auto log = [&](const std::string& store, const std::string& account) {
    return run({"log", "--store", store, account}).out;
  };
  EXPECT_NE(log(store_, "alice@example.com"), "");
  EXPECT_EQ(log(store_, "alice@example.com"), log(other_, "alice"));
}

TEST_F(ImportHistory, IsRefusedWhereSomethingElseIs) {
  live();
  const auto help = "yestermail import --help";
  expect_usage_error(run({"import", "--store", other_, export_to("archive"), "--history"}), "is for another store",
                     help);
  ASSERT_EQ(import(source_, {"--accounts", "alice@*"}).status, 0);
  const auto before = last_instant();
  expect_usage_error(run({"import", "--store", other_, store_, "--history"}), "make a new store", help);
  EXPECT_EQ(last_instant(), before);
  EXPECT_EQ(accounts().size(), 1U);
}

TEST_F(ImportHistory, ShowsWhatItWouldDoAndDoesNot) {
  live();
  const auto rows = import_rows(store_, 0, {"--history", "--dry-run"});
  EXPECT_GT(rows_of(rows, "would record").size(), 50U);
  EXPECT_TRUE(accounts().empty());
  EXPECT_EQ(import_total(store_, 0, {"--history"}).at("recorded"), rows.back().at("recorded"));
}

}  // namespace
}  // namespace yestermail::test
