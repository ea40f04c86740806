// SPDX-License-Identifier: GPL-3.0-or-later
// `yestermail undelete`: what was deleted in a span and is gone comes back into a folder of its own.
#include <filesystem>
#include <set>

#include "base/instant_text.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class Undelete : public StoreCommandTest {
 protected:
  void SetUp() override {
    bob().put("", "1.early:2,S", "Subject: early\n\n1\n");
    bob().put("", "2.late:2,ST", "From: Ann <ann@example.org>\nSubject: Holiday\n\n2\n");
    bob().put(".Projects.R&-D", "3.other:2,", "Subject: other\n\n3\n");
    bob().put("", "4.moved:2,S", "Subject: moved\n\n4\n");
    bob().put("", "5.kept:2,S", "Subject: kept\n\n5\n");
    make_scanned_store();
    bob().remove("", "1.early:2,S");
    scan();
    from_ = instant_text(Instant{parse_instant(last_change(), clock_.now())->value + 1});
    bob().remove("", "2.late:2,ST");
    bob().remove(".Projects.R&-D", "3.other:2,");
    bob().move("", "4.moved:2,S", ".Projects.R&-D");
    scan();
    folder_ = mail_ + "/example.com/bob/Maildir/.Restored " + instant_text(clock_.now()).substr(0, 10);
  }
  std::set<std::string> restored() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ + "/cur")) names.insert(entry.path().filename());
    return names;
  }
  std::string from_;
  std::string folder_;
};

TEST_F(Undelete, BringsBackWhatWasDeletedInTheSpan) {
  const auto ran = run({"undelete", "bob@example.com", "--from", from_});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("2 restored, 0 already there"));
  EXPECT_THAT(restored(), UnorderedElementsAre("2.late:2,S", "3.other:2,")) << "none is marked as deleted";
  EXPECT_THAT(read_text(mail_ + "/example.com/bob/Maildir/subscriptions"), HasSubstr("Restored "));
  EXPECT_THAT(run({"undelete", "bob@example.com", "--from", from_}).out, HasSubstr("0 restored, 2 already there"));
  EXPECT_EQ(restored().size(), 2U);
}

TEST_F(Undelete, ChoosesByFolderTextAndTime) {
  ASSERT_EQ(run({"undelete", "bob@example.com", "--from", from_, "--match", "hOLIday"}).status, 0);
  EXPECT_THAT(restored(), UnorderedElementsAre("2.late:2,S"));
  ASSERT_EQ(run({"undelete", "bob@example.com", "--from", from_, "--folder", "Projects"}).status, 0);
  EXPECT_THAT(restored(), UnorderedElementsAre("2.late:2,S", "3.other:2,"));
  ASSERT_EQ(run({"undelete", "bob@example.com", "--from", "2001", "--until", from_}).status, 0);
  EXPECT_THAT(restored(), UnorderedElementsAre("2.late:2,S", "3.other:2,", "1.early:2,S"));
}

TEST_F(Undelete, LeavesOutWhatCameBack) {
  bob().put("", "2.late:2,S", "From: Ann <ann@example.org>\nSubject: Holiday\n\n2\n");
  scan();
  const auto ran = run({"undelete", "bob@example.com", "--from", from_, "--match", "holiday"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("nothing found"));
}

TEST_F(Undelete, SaysThatNothingWasFound) {
  const auto ran = run({"undelete", "bob@example.com", "--from", from_, "--match", "no such text"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("nothing found"));
  EXPECT_FALSE(fs::exists(folder_));
  expect_usage_error(run({"undelete", "bob@example.com"}), "no --from", "yestermail undelete --help");
  expect_usage_error(run({"undelete", "bob@example.com", "--from", from_, "--into", "a.b"}), "--into",
                     "yestermail undelete --help");
}

TEST_F(Undelete, ADryRunWritesNothing) {
  const auto ran = run({"undelete", "bob@example.com", "--from", from_, "--dry-run", "--into", "Back/R&D"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("2 would restore"));
  EXPECT_FALSE(fs::exists(mail_ + "/example.com/bob/Maildir/.Back.R&-D"));
  EXPECT_EQ(run({"undelete", "bob@example.com", "--from", from_, "--into", "Back/R&D"}).status, 0);
  EXPECT_TRUE(fs::exists(mail_ + "/example.com/bob/Maildir/.Back.R&-D/cur/2.late:2,S"));
}

}  // namespace
}  // namespace yestermail::test
