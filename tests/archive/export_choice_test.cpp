// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include "archive/export.h"
#include "tests/archive/export_fixture.h"
#include "tools/export_report.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ExportChoice : public ExportTest {
 protected:
  std::set<std::string> exported(const std::vector<std::string>& words) {
    auto command = words;
    command.insert(command.begin(), {"export", "--dry-run", "--json"});
    std::set<std::string> accounts;
    for (const auto& row : run(command).json()) {
      if (row.at("what") == "account") accounts.insert(row.at("account"));
    }
    return accounts;
  }
  void expect_refused(std::vector<std::string> words, const std::string& text) {
    words.insert(words.begin(), "export");
    expect_usage_error(run(words), text, "yestermail export --help");
  }
};

TEST_F(ExportChoice, TakesAccountsDomainsAndPatterns) {
  make_scanned_store();
  std::set<std::string> all;
  std::set<std::string> of_domain;
  for (const auto& [account, maildir] : maildirs()) {
    all.insert(account);
    if (account.ends_with("@example.com")) of_domain.insert(account);
  }
  EXPECT_EQ(exported({}), all);
  EXPECT_EQ(exported({"@example.com"}), of_domain);
  EXPECT_EQ(exported({"*@example.com"}), of_domain);
  EXPECT_EQ(exported({"al*", "bob@example.com"}), (std::set<std::string>{"alice@example.com", "bob@example.com"}));
  EXPECT_LT(of_domain.size(), all.size());
  EXPECT_THAT(run({"export", "--dry-run", "bob@example.com"}).out, HasSubstr("would export 1 account, "));
}

TEST_F(ExportChoice, RefusesAWordThatNamesNothingAndATimeBeforeAnyAccount) {
  make_scanned_store();
  const auto file = directory_ / "file";
  for (const std::string word : {"nobody@example.com", "@example.co", "x*", "@"}) {
    const auto ran = run({"export", "--to", file, "alice@example.com", word});
    EXPECT_EQ(ran.status, 1) << word;
    EXPECT_THAT(ran.err, HasSubstr("no account \"" + word + "\""));
    EXPECT_FALSE(fs::exists(file));
  }
  const auto ran = run({"export", "--to", directory_ / "file", "--at", "2001"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("there was no account at 2001"));
}

TEST_F(ExportChoice, RefusesWhatMakesNoSense) {
  const auto file = directory_ / "file";
  expect_refused({}, "no --to given");
  expect_refused({"--to", "-", "--json"}, "--json needs standard output");
  for (const std::string level : {"0", "20", "-1", "fast", "3x"}) {
    expect_refused({"--to", file, "--compression=" + level}, "--compression " + level + ": write none, or 1 to 19");
  }
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(ExportChoice, FillsNoTerminalAndShowsOnOneHowFarItIs) {
  make_scanned_store();
  std::ostringstream out;
  std::ostringstream err;
  auto env = environment(out, err);
  env.out_terminal = true;
  EXPECT_EQ(yestermail::run(std::vector<std::string>{"export", "--to", "-"}, env), 2);
  EXPECT_EQ(out.str(), "");
  EXPECT_THAT(err.str(), HasSubstr("standard output is a terminal"));
  terminal_ = true;
  const auto ran = run({"export", "--to", directory_ / "file"});
  EXPECT_THAT(ran.err, HasSubstr("exporting account 1 of 4"));
  EXPECT_TRUE(ran.err.ends_with("\r\033[K")) << "the line is taken away";
  ExportTally total;
  total.accounts = 2;
  total.files = 10;
  total.bytes = 30 << 20;
  EXPECT_EQ(export_line_text(total, 4, 90 << 20, 10 * kMicrosPerSecond),
            "exporting account 2 of 4, 10 files, 30.0 MiB, 20.0 s left, 3.00 MiB/s");
}

TEST(ExportAccounts, GivesEachADirectoryThatNoNameLeaves) {
  std::vector<Account> known;
  for (const std::string name : {"a@b", "../../etc", "a/b", "..", ".", "", "a@b"}) {
    Account account;
    account.number = AccountNumber{static_cast<std::uint32_t>(known.size() + 1)};
    account.uuid = Uuid::random();
    account.name = name;
    account.since = Instant{10};
    known.push_back(account);
  }
  known[1].until = Instant{50};
  known[3].until = Instant{40};
  std::set<std::string> directories;
  for (const auto& each : accounts_to_export(known, Instant{60}, true)) {
    const fs::path path = each.directory;
    EXPECT_EQ(std::distance(path.begin(), path.end()), 2) << path;
    EXPECT_EQ(path.lexically_normal(), path);
    directories.insert(each.directory);
    EXPECT_EQ(each.at, each.account.until == kForever ? Instant{60} : Instant{each.account.until.value - 1});
  }
  EXPECT_EQ(directories.size(), known.size());
  EXPECT_TRUE(directories.contains("accounts/a@b"));
  EXPECT_EQ(accounts_to_export(known, Instant{60}, false).size(), known.size() - 2);
  EXPECT_TRUE(accounts_to_export(known, Instant{9}, true).empty());
}

}  // namespace
}  // namespace yestermail::test
