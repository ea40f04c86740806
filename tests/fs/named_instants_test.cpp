// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "base/instant_text.h"
#include "fs/places.h"
#include "store/server_account.h"
#include "tests/fs/tree_fixture.h"
#include "tests/support/people.h"

namespace yestermail::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

/// A tree beside whose times instants with names stand. Naming one is a change of the server account.
class NamedInstantsInTheTree : public TreeTest {
 protected:
  NamedInstantsInTheTree() {
    TreeSettings settings;
    settings.named = [this] {
      ++asked_;
      return named_;
    };
    open_tree(settings);
  }

  void name(std::vector<NamedInstant> named) {
    named_ = std::move(named);
    EntryState state;
    state.parent = kSettingsDirectory;
    state.name = "x";
    const std::vector<Change> changes{Put{recorder_->new_item(kServerAccount), Cause::kArrived, state, {}}};
    recorder_->record(kServerAccount, changes, {});
  }
  std::vector<std::string> names_in(const std::string& path, std::size_t piece = 1000) {
    std::vector<std::string> all;
    for (const auto& entry : list(find(path)->id, piece)) all.push_back(entry.name);
    return all;
  }

  std::vector<NamedInstant> named_;
  int asked_ = 0;
};

TEST_F(NamedInstantsInTheTree, StandBesideTheListedTimes) {
  make_account(kAlice, 1);
  const auto before = recorder_->view().last_instant();
  record(kAlice, {remove_entry(kAlice, "cur/0:2,S")});
  name({{"late", clock_.now(), 7}, {"before", before, 3}});
  for (const auto* top : {"", "maildir"}) {
    const auto all = names_in(top);
    ASSERT_GE(all.size(), 2U);
    EXPECT_EQ(all[all.size() - 2], "before") << "by number";
    EXPECT_EQ(all.back(), "late");
    EXPECT_EQ(names_in(top, 1), all) << "a listing resumes behind each";
  }
  EXPECT_EQ(walk("before/" + kAlice + "/INBOX").size(), 1U);
  EXPECT_EQ(walk("late/" + kAlice + "/INBOX").size(), 0U);
  EXPECT_EQ(walk("maildir/before/" + kAlice + "/cur").size(), 1U);
  EXPECT_EQ(tree_->lookup(find("before")->id, "..").node->id, kRootNode);
  EXPECT_EQ(names(walk("before")), names(walk("at/" + instant_text(before))));
}

TEST_F(NamedInstantsInTheTree, AreInstantsLikeOthers) {
  make_account(kAlice, 1);
  const auto before = recorder_->view().last_instant();
  record(kAlice, {remove_entry(kAlice, "cur/0:2,S")});
  name({{"before", before, 3}, {"late", clock_.now(), 7}});
  EXPECT_TRUE(find("at/before/" + kAlice));
  EXPECT_TRUE(find("maildir/at/before/" + kAlice));
  EXPECT_EQ(walk("changes/before..now/" + kAlice + "/removed/INBOX").size(), 1U);
  EXPECT_EQ(walk("changes/before..late/" + kAlice + "/removed/INBOX").size(), 1U);
  EXPECT_FALSE(find("changes/late..before"));
  EXPECT_FALSE(find("changes/before..nothing"));
  EXPECT_THAT(names_in("at"), ElementsAre(".", ".."));
}

TEST_F(NamedInstantsInTheTree, ComeAndGoAndMove) {
  make_account(kAlice, 1);
  const auto first = recorder_->view().last_instant();
  EXPECT_FALSE(find("x"));
  EXPECT_EQ(tree_->lookup(kRootNode, "x").absence, Lifetime::kNone) << "it may be there at once";
  name({{"x", first, 1}});
  const auto found = find("x");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->entry, Lifetime::kLive) << "somebody may delete it";
  record(kAlice, {put_mail(kAlice, "new/2", "later")});
  name({{"x", clock_.now(), 2}});
  EXPECT_NE(find("x")->id, found->id) << "another instant is another directory";
  EXPECT_EQ(walk("x/" + kAlice + "/INBOX").size(), 2U);
  name({});
  EXPECT_FALSE(find("x"));
  EXPECT_THAT(names_in(""), Not(Contains("x")));
}

TEST_F(NamedInstantsInTheTree, AreShownWhereTheClockWentBack) {
  make_account(kAlice, 1);
  const auto last = recorder_->view().last_instant();
  name({{"x", last, 1}});
  clock_.set(Instant{last.value - 3600 * kMicrosPerSecond});
  EXPECT_FALSE(find("at/" + instant_text(last)));
  EXPECT_TRUE(find("x/" + kAlice));
}

TEST_F(NamedInstantsInTheTree, AreAskedForOnceAChange) {
  make_account(kAlice, 1);
  name({{"x", clock_.now(), 1}});
  for (int i = 0; i < 5; ++i) find("x");
  const auto asked = asked_;
  for (int i = 0; i < 5; ++i) find("x/" + kAlice);
  record(kAlice, {put_mail(kAlice, "new/2", "later")});
  find("x");
  EXPECT_EQ(asked_, asked);
}

}  // namespace
}  // namespace yestermail::test
