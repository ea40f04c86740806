// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/search/search_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = FoundMessage::State;

/// What a query means of the messages of an account.
class Find : public SearchTest {
 protected:
  void add_three() {
    add("one:2,S",
        "From: Bob Example <bob@example.org>\nTo: alice@example.com\nSubject: Quarterly report\n\nThe final numbers of "
        "the year.\n");
    add("two:2,F",
        "From: J\u00fcrgen <j@example.org>\nTo: Team <team@example.com>\nCc: bob@example.org\nSubject: "
        "Caf\u00e9\n\nNumbers, final.\n");
    add("three",
        "From: carol@example.net\nSubject: Invoice\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee there\n"
        "--b\nContent-Type: application/pdf; name=\"bill 2026.pdf\"\n\n" +
            std::string(5000, 'x') + "\n--b--\n");
  }
};

TEST_F(Find, LooksInEveryField) {
  add_three();
  EXPECT_THAT(names_of("numbers"), ElementsAre("one:2,S", "two:2,F"));
  EXPECT_THAT(names_of("from:bob"), ElementsAre("one:2,S"));
  EXPECT_THAT(names_of("to:bob@example.org"), ElementsAre("two:2,F"));
  EXPECT_THAT(names_of("bob"), ElementsAre("one:2,S", "two:2,F"));
  EXPECT_THAT(names_of("subject:report"), ElementsAre("one:2,S"));
  EXPECT_THAT(names_of("subject:numbers"), IsEmpty());
  EXPECT_THAT(names_of("filename:bill"), ElementsAre("three"));
  EXPECT_THAT(names_of("filename:invoice"), IsEmpty());
  EXPECT_THAT(names_of("has:attachment"), ElementsAre("three"));
  EXPECT_THAT(names_of("-has:attachment"), ElementsAre("one:2,S", "two:2,F"));
  EXPECT_THAT(names_of("larger:4k"), ElementsAre("three"));
  EXPECT_THAT(names_of("smaller:4k"), ElementsAre("one:2,S", "two:2,F"));
  EXPECT_THAT(names_of("is:flagged"), ElementsAre("two:2,F"));
  EXPECT_THAT(names_of("is:unread"), ElementsAre("three", "two:2,F"));
  EXPECT_THAT(names_of("-is:unread -is:flagged"), ElementsAre("one:2,S"));
}

TEST_F(Find, WantsAllWordsAndNoneThatIsExcluded) {
  add_three();
  EXPECT_THAT(names_of("final numbers"), ElementsAre("one:2,S", "two:2,F"));
  EXPECT_THAT(names_of("\"final numbers\""), ElementsAre("one:2,S"));
  EXPECT_THAT(names_of("final numbers year"), ElementsAre("one:2,S"));
  EXPECT_THAT(names_of("numbers -year"), ElementsAre("two:2,F"));
  EXPECT_THAT(names_of("-numbers"), ElementsAre("three"));
  EXPECT_THAT(names_of("-numbers -invoice"), IsEmpty());
  EXPECT_THAT(names_of("-from:bob numbers"), ElementsAre("two:2,F"));
  EXPECT_THAT(names_of("num"), IsEmpty());
  EXPECT_THAT(names_of("num*"), ElementsAre("one:2,S", "two:2,F"));
  EXPECT_THAT(names_of("-num*"), ElementsAre("three"));
}

TEST_F(Find, FoldsCaseAndAccents) {
  add_three();
  EXPECT_THAT(names_of("CAFE"), ElementsAre("two:2,F"));
  EXPECT_THAT(names_of("caf\u00c9"), ElementsAre("two:2,F"));
  EXPECT_THAT(names_of("from:jurgen"), ElementsAre("two:2,F"));
}

TEST_F(Find, TakesNothingInAQueryForSyntax) {
  add("one", "Subject: a\n\nNEAR AND OR NOT sender : x\n");
  for (const auto* query :
       {"AND", "OR NOT", "NEAR", "\"sender : x\"", "x\"y", "a'b", "(a", "a^b", "a\\b", "{x}", "\u2014"}) {
    EXPECT_NO_THROW(find(query)) << query;
  }
  EXPECT_THAT(names_of("AND"), ElementsAre("one"));
  EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_F(Find, GoesByTheDateOfTheMessage) {
  add("old", "\n\nword");
  clock_.advance_seconds(30 * 86400);
  add("new", "\n\nword too");
  EXPECT_THAT(names_of("word before:10d-ago"), ElementsAre("old"));
  EXPECT_THAT(names_of("word after:10d-ago"), ElementsAre("new"));
  EXPECT_THAT(names_of("on:today"), ElementsAre("new"));
  const auto both = find("word").messages;
  ASSERT_THAT(both, SizeIs(2));
  EXPECT_EQ(both[0].version.state.name, "new");  // The newest first.
}

TEST_F(Find, KnowsAllDatesOfOneContent) {
  const std::string content = "\n\nword";
  add("first", content);
  find("word");
  clock_.advance_seconds(30 * 86400);
  add("second", content);
  EXPECT_THAT(names_of("word after:10d-ago"), ElementsAre("second"));
  EXPECT_THAT(names_of("word before:10d-ago"), ElementsAre("first"));
}

TEST_F(Find, SaysThatThereIsMore) {
  add_three();
  EXPECT_FALSE(find("numbers", std::nullopt, 2).more);
  const auto one = find("numbers", std::nullopt, 1);
  EXPECT_TRUE(one.more);
  ASSERT_THAT(one.messages, SizeIs(1));
  EXPECT_EQ(one.messages.front().version.state.name, "two:2,F");
}

TEST_F(Find, TellsWhatIsThereFromWhatWasDeleted) {
  add("kept", "\n\nword kept");
  const auto gone = add("gone", "\n\nword gone");
  const auto before = view().last_instant();
  EXPECT_THAT(names_of("is:deleted"), IsEmpty());
  const auto end = remove(gone);
  EXPECT_THAT(names_of("word"), ElementsAre("gone", "kept"));
  EXPECT_THAT(names_of("word is:deleted"), ElementsAre("gone"));
  EXPECT_THAT(names_of("word -is:deleted"), ElementsAre("kept"));
  const auto found = find("word is:deleted").messages.front();
  EXPECT_EQ(found.state, State::kDeleted);
  EXPECT_EQ(found.gone, end);
  EXPECT_EQ(found.last_seen.value, end.value - 1);
  EXPECT_EQ(find("kept").messages.front().state, State::kThere);
  EXPECT_EQ(find("kept").messages.front().last_seen, kForever);
  // At an instant it is as it was then.
  EXPECT_THAT(names_of("word", before), ElementsAre("gone", "kept"));
  EXPECT_THAT(names_of("word", end), ElementsAre("kept"));
  EXPECT_THAT(names_of("word is:deleted", before), IsEmpty());
  EXPECT_THAT(names_of("word is:deleted", end), ElementsAre("gone"));
  EXPECT_EQ(find("gone", before).messages.front().last_seen, before);
}

TEST_F(Find, DoesNotCallDeletedWhatStandsSomewhereElse) {
  const std::string content = "\n\nword";
  const auto original = add("original", content);
  add("copy", content);
  remove(original);
  EXPECT_THAT(names_of("word"), ElementsAre("copy", "original"));
  EXPECT_THAT(names_of("word is:deleted"), IsEmpty());
  EXPECT_THAT(names_of("word -is:deleted"), ElementsAre("copy"));
}

TEST_F(Find, LooksInFoldersAndThoseBelow) {
  const auto inbox = make_folder("INBOX");
  const auto work = make_folder("Work/2026");
  const std::string content = "\n\nword";
  add("a", content + " a", inbox);
  const auto moving = add("b", content + " b", inbox);
  add("c", content + " c", work);
  EXPECT_THAT(names_of("in:inbox"), ElementsAre("a", "b"));
  EXPECT_THAT(names_of("in:Work"), ElementsAre("c"));
  EXPECT_THAT(names_of("in:Wor"), IsEmpty());
  EXPECT_THAT(names_of("-in:work word"), ElementsAre("a", "b"));
  // What was moved is found in both, and said to be elsewhere in the one.
  put_state(moving, Cause::kMoved, state_of("b", content + " b", work), content + " b");
  EXPECT_THAT(names_of("in:Work"), ElementsAre("b", "c"));
  const auto before = find("in:INBOX b").messages;
  ASSERT_THAT(before, SizeIs(1));
  EXPECT_EQ(before.front().state, State::kMoved);
  EXPECT_EQ(before.front().version.state.parent, inbox);
  EXPECT_EQ(before.front().gone, kForever);
  EXPECT_EQ(find("b").messages.front().state, State::kThere);
  EXPECT_THAT(names_of("b in:INBOX", view().last_instant()), IsEmpty());
}

TEST_F(Find, KnowsThatAnAccountTookAllAlong) {
  add("mail", "\n\nword");
  clock_.advance_seconds(3600);
  recorder_->end_account(account_);
  const auto found = find("word").messages;
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found.front().state, State::kDeleted);
  EXPECT_EQ(found.front().gone, account().until);
  EXPECT_THAT(names_of("word is:deleted"), ElementsAre("mail"));
}

TEST_F(Find, FindsEachContentThatAnItemHad) {
  const auto item = add("mail", "\n\nfirst");
  put_state(item, Cause::kChanged, state_of("mail", "\n\nsecond"), "\n\nsecond");
  EXPECT_EQ(find("first").messages.front().state, State::kDeleted);
  EXPECT_EQ(find("second").messages.front().state, State::kThere);
}

}  // namespace
}  // namespace yestermail::test
