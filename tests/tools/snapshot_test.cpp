// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SnapshotCommand : public StoreCommandTest {
 protected:
  void SetUp() override {
    make_scanned_store();
    alice().put("", "early:2,S", sample_mail(1));
    scan();
    then_ = last_change();
    ASSERT_EQ(run({"snapshot", "create", "before-move", "--note", "the \x1b day"}).status, 0);
    std::filesystem::remove(alice().root() + "/cur/early:2,S");
    alice().put("", "late:2,S", sample_mail(2));
    scan();
  }

  std::string then_;
  const std::string inbox_ = "alice@example.com/INBOX";
};

TEST_F(SnapshotCommand, NamesAnInstantThatEveryOptionTakes) {
  const auto then = run({"list", inbox_, "--long", "--at", "before-move"});
  EXPECT_EQ(then.status, 0) << then.err;
  EXPECT_THAT(then.out, HasSubstr("early:2,S"));
  EXPECT_THAT(then.out, Not(HasSubstr("late:2,S")));
  EXPECT_EQ(run({"accounts", "--at", "before-move"}).status, 0);
  const auto log = run({"log", "alice@example.com", "--from", "before-move"});
  EXPECT_EQ(log.status, 0) << log.err;
  EXPECT_THAT(log.out, Not(HasSubstr("early:2,S arrived")));
  // One that is named after another one.
  ASSERT_EQ(run({"snapshot", "create", "again", "--at", "before-move"}).status, 0);
  const auto all = run({"snapshot", "list", "--json"}).json();
  EXPECT_EQ(all[0].at("at"), all[1].at("at"));
}

TEST_F(SnapshotCommand, ListsThemByInstant) {
  ASSERT_EQ(run({"snapshot", "create", "a-late"}).status, 0);
  const auto created = run({"snapshot", "create", "z-early", "--at", then_});
  EXPECT_EQ(created.out, "snapshot z-early is " + then_ + "\n");
  const auto all = run({"snapshot", "list", "--json"}).json();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].at("name"), "z-early");
  EXPECT_EQ(all[0].at("at"), then_);
  EXPECT_EQ(all[1].at("name"), "before-move");
  EXPECT_EQ(all[1].at("note"), "the \x1b day");
  EXPECT_GT(all[1].at("created"), all[1].at("at"));
  EXPECT_EQ(all[2].at("name"), "a-late");
  const auto text = run({"snapshot", "list"}).out;
  EXPECT_THAT(text, HasSubstr("the \\x1b day\n"));
  EXPECT_THAT(text, HasSubstr(then_));
}

TEST_F(SnapshotCommand, ComesAndGoesInAMount) {
  if (::access("/dev/fuse", R_OK | W_OK) != 0) GTEST_SKIP() << "no /dev/fuse";
  const std::string mount = directory_ / "mnt";
  std::filesystem::create_directory(mount);
  const auto mounted = test::run({program_path(), "mount", store_, mount}, {}, std::chrono::seconds(60));
  ASSERT_EQ(mounted.status, 0) << mounted.err;
  const auto inbox = mount + "/maildir/before-move/alice@example.com/cur/";
  EXPECT_TRUE(std::filesystem::exists(inbox + "early:2,S"));
  EXPECT_FALSE(std::filesystem::exists(inbox + "late:2,S"));
  EXPECT_TRUE(std::filesystem::exists(mount + "/before-move/alice@example.com/INBOX"));
  EXPECT_EQ(run({"snapshot", "create", "another"}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(mount + "/another"));
  EXPECT_EQ(run({"snapshot", "delete", "another"}).status, 0);
  for (int i = 0; i < 2000 && std::filesystem::exists(mount + "/another"); ++i) ::usleep(5000);
  EXPECT_FALSE(std::filesystem::exists(mount + "/another"));
  EXPECT_EQ(test::run({"fusermount3", "-u", mount}).status, 0);
}

TEST_F(SnapshotCommand, IsGoneWhenItIsDeleted) {
  const auto deleted = run({"snapshot", "delete", "before-move"});
  EXPECT_EQ(deleted.status, 0) << deleted.err;
  EXPECT_EQ(run({"snapshot", "list"}).out, "no snapshots\n");
  expect_usage_error(run({"list", inbox_, "--at", "before-move"}), "not an instant", "yestermail list --help");
  const auto again = run({"snapshot", "delete", "before-move"});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("there is no snapshot before-move"));
}

TEST_F(SnapshotCommand, RefusesWhatMakesNoSense) {
  const std::string help = "yestermail snapshot --help";
  expect_usage_error(run({"snapshot"}), "create NAME, list or delete NAME", help);
  expect_usage_error(run({"snapshot", "make", "x"}), "\"make\" is not known", help);
  expect_usage_error(run({"snapshot", "create"}), "no name given", help);
  expect_usage_error(run({"snapshot", "create", "latest"}), "cannot name a snapshot", help);
  expect_usage_error(run({"snapshot", "create", "2026"}), "cannot name a snapshot", help);
  expect_usage_error(run({"snapshot", "create", "x", "--at", "2999"}), "is in the future", help);
  expect_usage_error(run({"snapshot", "create", "x", "--json"}), "--json belongs to list", help);
  expect_usage_error(run({"snapshot", "delete", "x", "--note", "y"}), "belong to create", help);
  expect_usage_error(run({"snapshot", "list", "x"}), "unexpected argument", help);
  const auto twice = run({"snapshot", "create", "before-move"});
  EXPECT_EQ(twice.status, 1);
  EXPECT_THAT(twice.err, HasSubstr("there is a snapshot before-move already"));
  const auto early = run({"snapshot", "create", "x", "--at", "2001"});
  EXPECT_EQ(early.status, 1);
  EXPECT_THAT(early.err, HasSubstr("nothing had been recorded at 2001-01-01T00:00:00Z: the first change is of 20"));
  EXPECT_EQ(run({"snapshot", "list", "--json"}).json().size(), 1U);
}

TEST_F(SnapshotCommand, ANameThatIsNoneIsStillNoInstant) {
  expect_usage_error(run({"list", inbox_, "--at", "nonsense"}), "not an instant", "yestermail list --help");
  expect_usage_error(run({"list", inbox_, "--at", "a b"}), "not an instant", "yestermail list --help");
  variables_.clear();
  expect_usage_error(run({"list", inbox_, "--at", "nonsense"}), "not an instant", "yestermail list --help");
}

}  // namespace
}  // namespace yestermail::test
