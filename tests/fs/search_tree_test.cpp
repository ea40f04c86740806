// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/search_tree.h"

#include <algorithm>

#include "tests/fs/over_time_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// Finds the messages whose subject is the query.
class SubjectFinder final : public Finder {
 public:
  explicit SubjectFinder(View& view) : view_(view) {}
  bool understands(std::string_view query) override { return query != "nonsense"; }
  std::vector<VersionId> find(const Account& account, std::string_view query) override {
    ++asked;
    std::map<ItemId, VersionId> last;
    for (const auto& version : view_.begun_after(account.number, {}, 1000)) {
      if (version.state.subject == query) last[version.item] = version.id;
    }
    std::vector<VersionId> ids;
    for (const auto& [item, id] : last) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  int asked = 0;

 private:
  View& view_;
};

class SearchTreeTest : public OverTimeTest {
 protected:
  SearchTreeTest() : finder_(recorder_->view()) {
    TreeSettings settings;
    settings.finder = &finder_;
    open_tree(settings);
    make_account("alice@example.com", 0);
    make_account("bob@example.com", 0);
  }
  Edit mail(const std::string& account, const std::string& path, const std::string& subject) {
    auto edit = put_mail(account, path, "Subject: " + subject + "\n\n" + path);
    edit.entry.subject = subject;
    return edit;
  }

  SubjectFinder finder_;
};

TEST_F(SearchTreeTest, ShowsWhatFitsOfAllTimes) {
  record("alice@example.com",
         {mail("alice@example.com", "cur/1:2,", "word"), mail("alice@example.com", ".Work/cur/2:2,", "word"),
          mail("alice@example.com", "cur/3:2,", "other")});
  record("alice@example.com", {remove_entry("alice@example.com", "cur/1:2,")});
  EXPECT_THAT(names_in("search/word"), ElementsAre("alice@example.com", "bob@example.com"));
  std::vector<std::string> bytes;
  for (const auto& [name, file] : walk("search/word/alice@example.com")) bytes.push_back(file.bytes);
  EXPECT_THAT(bytes, UnorderedElementsAre("Subject: word\n\n.Work/cur/2:2,", "Subject: word\n\ncur/1:2,"));
  EXPECT_THAT(names_in("search/word/bob@example.com"), IsEmpty());
  for (const auto& name : names_in("search/word/alice@example.com")) {
    EXPECT_TRUE(find("search/word/alice@example.com/" + name)) << name;
    EXPECT_FALSE(find("search/other/alice@example.com/" + name)) << name;
  }
}

TEST_F(SearchTreeTest, ListsNoQueryAndKnowsNoNonsense) {
  EXPECT_THAT(names_in("search"), IsEmpty());
  EXPECT_TRUE(find("search/anything"));
  EXPECT_FALSE(find("search/nonsense"));
  EXPECT_FALSE(find("search/word/nobody@example.com"));
  EXPECT_THAT(names_in(""), Contains("search"));
  open_tree();
  EXPECT_THAT(names_in(""), Not(Contains("search")));
  EXPECT_FALSE(find("search"));
  EXPECT_FALSE(find("search/anything"));
}

TEST_F(SearchTreeTest, SearchesOnlyWhereItIsLookedInto) {
  names_in("search/word");
  EXPECT_EQ(finder_.asked, 0);
  names_in("search/word/alice@example.com");
  names_in("search/word/alice@example.com");
  EXPECT_EQ(finder_.asked, 1);
  clock_.advance_seconds(3600);  // A query may speak of "yesterday".
  names_in("search/word/alice@example.com");
  EXPECT_EQ(finder_.asked, 2);
  record("bob@example.com", {mail("bob@example.com", "cur/1:2,", "word")});
  EXPECT_THAT(names_in("search/word/bob@example.com"), SizeIs(1));
}

TEST_F(SearchTreeTest, FollowsTheStore) {
  record("alice@example.com", {mail("alice@example.com", "cur/1:2,", "word")});
  EXPECT_THAT(names_in("search/word/alice@example.com"), SizeIs(1));
  record("alice@example.com", {mail("alice@example.com", "cur/2:2,", "word")});
  EXPECT_THAT(names_in("search/word/alice@example.com"), SizeIs(2));
}

TEST_F(SearchTreeTest, IsForTheOwnerOfTheAccountAlone) {
  auto root = put_directory("alice@example.com", "");
  root.entry.uid = 1234;
  root.entry.gid = 1235;
  record("alice@example.com", {root, mail("alice@example.com", "cur/1:2,", "word")});
  const auto account = find("search/word/alice@example.com");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->attributes.mode, 0500U);
  EXPECT_EQ(account->attributes.uid, 1234U);
  EXPECT_EQ(account->attributes.gid, 1235U);
  EXPECT_EQ(find("search/word")->attributes.mode, 0555U);
}

TEST_F(SearchTreeTest, KeepsIncarnationsApart) {
  record("alice@example.com", {mail("alice@example.com", "cur/1:2,", "word")});
  record({StoreStep::Kind::kEndAccount, "alice@example.com"});
  make_account("alice@example.com", 0);
  const auto names = names_in("search/word");
  ASSERT_THAT(names, SizeIs(3));
  EXPECT_THAT(names_in("search/word/alice@example.com"), IsEmpty());
  const auto earlier =
      std::find_if(names.begin(), names.end(), [](const auto& name) { return name.find('~') != name.npos; });
  ASSERT_NE(earlier, names.end());
  EXPECT_THAT(names_in("search/word/" + *earlier), SizeIs(1));
}

TEST_F(SearchTreeTest, ResumesAListing) {
  std::vector<Edit> edits;
  for (int i = 0; i < 200; ++i) edits.push_back(mail("alice@example.com", "cur/" + std::to_string(i) + ":2,", "word"));
  record("alice@example.com", edits);
  const auto node = find("search/word/alice@example.com");
  ASSERT_TRUE(node);
  EXPECT_THAT(list(node->id, 7), SizeIs(202));
  const auto up = tree_->lookup(node->id, "..").node;
  ASSERT_TRUE(up);
  EXPECT_EQ(up->id, find("search/word")->id);
  EXPECT_EQ(tree_->lookup(up->id, "..").node->id, find("search")->id);
}

}  // namespace
}  // namespace yestermail::test
