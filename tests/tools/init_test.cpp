// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;

using InitCommand = StoreCommandTest;

TEST_F(InitCommand, MakesAStoreAndSaysWhatIsNext) {
  const auto ran = run({"init", "--store", store_, "--source", source_});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, HasSubstr("4 accounts"));
  EXPECT_THAT(ran.out, HasSubstr("next: yestermail scan --store " + store_ + "\n"));
  EXPECT_EQ(run({"status"}).status, 0);
}

TEST_F(InitCommand, TakesStoreAndSourcesAsWords) {
  ASSERT_EQ(run({"init", store_, source_}).status, 0);
  const auto second = directory_ / "second";
  ASSERT_EQ(run({"init", "--source", source_, "maildir:" + mail_ + "/%d/%n", second}).status, 2)
      << "no mail tree directly below the account";
  ASSERT_EQ(run({"init", second, "--source", source_}).status, 0);
  EXPECT_EQ(run({"status", "--store", second, "--json"}).json().at("sources"), nlohmann::json({source_}));
}

TEST_F(InitCommand, TakesTheStoreFromTheVariable) {
  EXPECT_EQ(run({"init", "--source", source_}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(store_ + "/yestermail.store"));
}

TEST_F(InitCommand, MakesAStoreForImportsAlone) {
  const auto archive = directory_ / "all.tar";
  make_scanned_store();
  ASSERT_EQ(run({"export", "--to", archive, "--compression", "none"}).status, 0);
  const auto other = directory_ / "other";
  const auto ran = run({"init", "--store", other, "--no-source"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("next: yestermail import"));
  EXPECT_THAT(run({"scan", "--store", other}).err, HasSubstr("has no source"));
  EXPECT_EQ(run({"import", "--store", other, archive}).status, 0);
  EXPECT_THAT(run({"accounts", "--store", other}).out, HasSubstr("alice@example.com"));
  expect_usage_error(run({"init", "--store", directory_ / "third", "--no-source", "--source", source_}),
                     "leave one of them out", "yestermail init --help");
}

TEST_F(InitCommand, RemembersThePatterns) {
  const auto made = run({"init", store_, source_, "--accounts", "*@example.com", "--exclude", "bob@*"});
  ASSERT_EQ(made.status, 0);
  EXPECT_THAT(made.out, HasSubstr("1 account to record; 3 left out by the patterns, of which nothing is recorded\n"));
  ASSERT_EQ(run({"scan"}).status, 0);
  EXPECT_EQ(run({"list"}).out, "alice@example.com\n");
}

TEST_F(InitCommand, WarnsOfPatternsThatNoAccountMatches) {
  const auto ran = run({"init", store_, source_, "--accounts", "*@example.org"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.err, HasSubstr("warning: no account"));
}

TEST_F(InitCommand, RefusesWrongUsageAndMakesNothing) {
  const std::string help = "yestermail init --help";
  expect_usage_error(run({"init", store_}), "no source given", help);
  expect_usage_error(run({"init", store_, "--source", mail_ + "/%d/%n"}), "maildir:", help);
  expect_usage_error(run({"init", store_, "--source", "mbox:" + mail_}), "mbox", help);
  expect_usage_error(run({"init", store_, "other", source_}), "\"other\" is no source", help);
  expect_usage_error(run({"init", store_, "--source", "maildir:relative/%u"}), "relative/%u", help);
  EXPECT_FALSE(std::filesystem::exists(store_));
}

TEST_F(InitCommand, RefusesASourceThatIsMissingOrNoMailTree) {
  const auto missing = run({"init", store_, "maildir:" + mail_ + "/nowhere/%n/Maildir"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, HasSubstr(mail_ + "/nowhere"));
  std::filesystem::create_directories(directory_ / "empty/alice");
  std::ofstream(directory_ / "empty/alice/file") << "x";
  const auto empty = run({"init", store_, "maildir:" + (directory_ / "empty") + "/%u"});
  EXPECT_NE(empty.status, 0);
  EXPECT_THAT(empty.err, HasSubstr(directory_ / "empty"));
  EXPECT_FALSE(std::filesystem::exists(store_));
}

TEST_F(InitCommand, RefusesAStoreInsideOrAroundASource) {
  for (const auto& store : {mail_, mail_ + "/store", mail_ + "/example.com/x", directory_.path()}) {
    const auto ran = run({"init", store, source_});
    EXPECT_EQ(ran.status, 2) << store;
    EXPECT_THAT(ran.err, HasSubstr("overlaps the source"));
  }
  std::filesystem::create_directory_symlink(mail_, directory_ / "link");
  EXPECT_THAT(run({"init", directory_ / "link/store", source_}).err, HasSubstr("overlaps the source"));
  EXPECT_EQ(run({"init", mail_ + "-store", source_}).status, 0) << "a name that only begins alike";
}

TEST_F(InitCommand, LeavesAStoreOrOtherFilesAlone) {
  make_store();
  const auto again = run({"init", store_, source_});
  EXPECT_NE(again.status, 0);
  EXPECT_THAT(again.err, HasSubstr(store_));
  const auto full = directory_ / "full";
  std::filesystem::create_directory(full);
  std::ofstream(full + "/file") << "x";
  EXPECT_NE(run({"init", full, source_}).status, 0);
  EXPECT_EQ(read_text(full + "/file"), "x");
}

TEST_F(InitCommand, NeedsOnlyADirectoryToMakeTheStoreIn) {
  std::filesystem::create_directory(store_);
  EXPECT_EQ(run({"init", store_, source_}).status, 0);
  const auto orphan = run({"init", directory_ / "a/b/c", source_});
  EXPECT_NE(orphan.status, 0);
  EXPECT_THAT(orphan.err, HasSubstr(directory_ / "a/b"));
}

}  // namespace
}  // namespace yestermail::test
