// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class RetentionCommand : public StoreCommandTest {
 protected:
  void SetUp() override { make_scanned_store(); }
  Json listed() { return run({"retention", "list", "--json"}).json(); }
};

TEST_F(RetentionCommand, SetsOneKindAndLeavesTheOthers) {
  EXPECT_EQ(run({"retention", "list"}).out, "no retention is set: everything is kept for ever\n");
  EXPECT_EQ(listed(), Json::array());
  EXPECT_EQ(run({"retention", "set", "global", "--versions", "90d"}).status, 0);
  EXPECT_EQ(run({"retention", "set", "global", "--deleted", "2y"}).status, 0);
  EXPECT_EQ(listed(), Json::parse(R"([{"scope":"global","versions":"90d","deleted":"2y","accounts":null}])"));
  EXPECT_EQ(run({"retention", "set", "global", "--versions", "forever"}).status, 0);
  EXPECT_EQ(listed()[0].at("versions"), "forever");
  EXPECT_EQ(listed()[0].at("deleted"), "2y");
}

TEST_F(RetentionCommand, ListsTheWidestScopeFirst) {
  EXPECT_EQ(run({"retention", "set", "alice@example.com", "--accounts", "1y"}).status, 0);
  EXPECT_EQ(run({"retention", "set", "@Example.COM", "--accounts", "2y"}).status, 0);
  EXPECT_EQ(run({"retention", "set", "global", "--accounts", "6mon"}).status, 0);
  const auto all = listed();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].at("scope"), "global");
  EXPECT_EQ(all[1].at("scope"), "@example.com");
  EXPECT_EQ(all[2].at("scope"), "alice@example.com");
  EXPECT_THAT(run({"retention", "list"}).out, HasSubstr("6mon"));
  EXPECT_EQ(run({"retention", "unset", "@EXAMPLE.com"}).status, 0);
  EXPECT_EQ(listed().size(), 2U);
  const auto again = run({"retention", "unset", "@example.com"});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("there is no retention @example.com"));
}

TEST_F(RetentionCommand, RefusesWhatMakesNoSense) {
  const std::string help = "yestermail retention --help";
  expect_usage_error(run({"retention"}), "list, set SCOPE or unset SCOPE", help);
  expect_usage_error(run({"retention", "drop", "x"}), "\"drop\" is not known", help);
  expect_usage_error(run({"retention", "set"}), "no scope given", help);
  expect_usage_error(run({"retention", "set", "global"}), "nothing to set given", help);
  expect_usage_error(run({"retention", "set", "@", "--versions", "1d"}), "is no scope", help);
  expect_usage_error(run({"retention", "set", "global", "--versions", "soon"}), "--versions soon: not an age", help);
  expect_usage_error(run({"retention", "set", "global", "--deleted", "0d"}), "not an age", help);
  expect_usage_error(run({"retention", "list", "--versions", "1d"}), "--versions belongs to set", help);
  expect_usage_error(run({"retention", "set", "global", "--json"}), "--json belongs to list", help);
  EXPECT_EQ(listed(), Json::array());
}

class HoldCommand : public StoreCommandTest {
 protected:
  void SetUp() override { make_scanned_store(); }
  Json listed() { return run({"hold", "list", "--json"}).json(); }
};

TEST_F(HoldCommand, StandsUntilItIsReleased) {
  EXPECT_EQ(run({"hold", "list"}).out, "no holds\n");
  const auto added = run({"hold", "add", "Smith v. Jones", "--account", "alice@example.com", "--account",
                          "@Example.NET", "--note", "a\nb"});
  EXPECT_EQ(added.status, 0) << added.err;
  EXPECT_THAT(added.out, HasSubstr("nothing of 3 accounts is purged or erased"));
  ASSERT_EQ(listed().size(), 1U);
  EXPECT_EQ(listed()[0].at("accounts"), Json::parse(R"(["alice@example.com","@Example.NET"])"));
  EXPECT_EQ(listed()[0].at("note"), "a\nb");
  EXPECT_THAT(run({"hold", "list"}).out, HasSubstr("alice@example.com, @Example.NET"));
  const auto twice = run({"hold", "add", "Smith v. Jones", "--account", "*"});
  EXPECT_EQ(twice.status, 1);
  EXPECT_THAT(twice.err, HasSubstr("already"));
  EXPECT_EQ(run({"hold", "release", "Smith v. Jones"}).status, 0);
  EXPECT_EQ(listed(), Json::array());
  EXPECT_EQ(run({"hold", "release", "Smith v. Jones"}).status, 1);
}

TEST_F(HoldCommand, IsRefusedWhereItWouldHoldNothing) {
  const auto typo = run({"hold", "add", "x", "--account", "alice@example.com", "--account", "bpb@example.com"});
  EXPECT_EQ(typo.status, 1);
  EXPECT_THAT(typo.err, HasSubstr("bpb@example.com"));
  EXPECT_EQ(listed(), Json::array());
}

TEST_F(HoldCommand, RefusesWhatMakesNoSense) {
  const std::string help = "yestermail hold --help";
  expect_usage_error(run({"hold"}), "add NAME, list or release NAME", help);
  expect_usage_error(run({"hold", "keep", "x"}), "\"keep\" is not known", help);
  expect_usage_error(run({"hold", "add"}), "no name given", help);
  expect_usage_error(run({"hold", "add", "x"}), "no account given", help);
  expect_usage_error(run({"hold", "add", "a/b", "--account", "*"}), "cannot name a hold", help);
  expect_usage_error(run({"hold", "release", "x", "--account", "*"}), "belong to add", help);
  expect_usage_error(run({"hold", "add", "x", "--account", "*", "--json"}), "--json belongs to list", help);
}

}  // namespace
}  // namespace yestermail::test
