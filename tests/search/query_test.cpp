// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "base/instant_text.h"

namespace yestermail {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Instant at(const char* text) { return parse_instant(text, Instant{}).value(); }
const Instant kNow = at("2026-11-22T10:15:07Z");

Query parse(std::string_view text) { return parse_query(text, kNow); }

/// The one line that says why a query is refused.
std::string refusal(std::string_view text) {
  try {
    parse(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kUsage);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  ADD_FAILURE() << text << " was taken";
  return {};
}

TEST(SearchQuery, ReadsWordsAndPhrases) {
  EXPECT_THAT(
      parse("report \"final version\" invoic* -draft -\"not this\" bob@example.com").terms,
      ElementsAre(Term{Field::kAnywhere, "report", false, false}, Term{Field::kAnywhere, "final version", false, false},
                  Term{Field::kAnywhere, "invoic", true, false}, Term{Field::kAnywhere, "draft", false, true},
                  Term{Field::kAnywhere, "not this", false, true},
                  Term{Field::kAnywhere, "bob@example.com", false, false}));
}

TEST(SearchQuery, ReadsFields) {
  EXPECT_THAT(parse("FROM:bob to:\"Alice Example\" subject:re* -filename:x.pdf").terms,
              ElementsAre(Term{Field::kFrom, "bob", false, false}, Term{Field::kTo, "Alice Example", false, false},
                          Term{Field::kSubject, "re", true, false}, Term{Field::kFilename, "x.pdf", false, true}));
}

TEST(SearchQuery, TakesQuotedTextAsItIs) {
  EXPECT_THAT(parse("\"from:bob*\" \"a - b\"").terms, ElementsAre(Term{Field::kAnywhere, "from:bob*", false, false},
                                                                  Term{Field::kAnywhere, "a - b", false, false}));
}

TEST(SearchQuery, ReadsTimes) {
  const auto query = parse("after:2026-11-01 before:yesterday");
  EXPECT_EQ(query.after, at("2026-11-01"));
  EXPECT_EQ(query.before, at("2026-11-21"));
  const auto narrower = parse("after:2026-11-01 after:2026-11-05 before:2026-12-01 before:2026-11-09");
  EXPECT_EQ(narrower.after, at("2026-11-05"));
  EXPECT_EQ(narrower.before, at("2026-11-09"));
}

TEST(SearchQuery, TakesADayMonthOrYearWhole) {
  const auto expect = [](const char* query, const char* from, const char* until) {
    EXPECT_EQ(parse(query).after, at(from)) << query;
    EXPECT_EQ(parse(query).before, at(until)) << query;
  };
  expect("on:2026-11-22", "2026-11-22", "2026-11-23");
  expect("on:2026-02", "2026-02-01", "2026-03-01");
  expect("on:2026-12", "2026-12-01", "2027-01-01");
  expect("on:2024", "2024-01-01", "2025-01-01");
  expect("on:2026", "2026-01-01", "2027-01-01");
  expect("on:today", "2026-11-22", "2026-11-23");
  expect("on:yesterday", "2026-11-21", "2026-11-22");
  expect("on:3h-ago", "2026-11-22", "2026-11-23");
  expect("on:10d-ago", "2026-11-12", "2026-11-13");
  expect("on:2026-11-22T10:15", "2026-11-22", "2026-11-23");
}

TEST(SearchQuery, ReadsSizes) {
  EXPECT_EQ(parse("larger:1500").larger, 1500U);
  EXPECT_EQ(parse("larger:20k").larger, 20U << 10U);
  EXPECT_EQ(parse("smaller:5M").smaller, 5U << 20U);
  EXPECT_EQ(parse("smaller:2GiB").smaller, 2ULL << 30U);
  EXPECT_EQ(parse("larger:3kb larger:1").larger, 3U << 10U);
}

TEST(SearchQuery, ReadsProperties) {
  const auto query = parse("has:attachment is:deleted -is:unread is:FLAGGED in:Projects/R&D/ -in:\"Old Stuff\"");
  EXPECT_EQ(query.attachment, true);
  EXPECT_EQ(query.deleted, true);
  EXPECT_EQ(query.unread, false);
  EXPECT_EQ(query.flagged, true);
  EXPECT_THAT(query.folders, ElementsAre("Projects/R&D"));
  EXPECT_THAT(query.not_folders, ElementsAre("Old Stuff"));
}

TEST(SearchQuery, SaysWhatItDoesNotUnderstand) {
  EXPECT_THAT(refusal(""), HasSubstr("an empty query"));
  EXPECT_THAT(refusal("  \t "), HasSubstr("an empty query"));
  EXPECT_THAT(refusal("author:bob"), HasSubstr("\"author:bob\" in the query: from: to: subject:"));
  EXPECT_THAT(refusal("\"not closed"), HasSubstr("the quotation mark is not closed"));
  EXPECT_THAT(refusal("from:"), HasSubstr("\"from:\" in the query: says nothing"));
  EXPECT_THAT(refusal("-"), HasSubstr("says nothing"));
  EXPECT_THAT(refusal("..."), HasSubstr("no letter or digit"));
  EXPECT_THAT(refusal("*"), HasSubstr("no letter or digit"));
  EXPECT_THAT(refusal("has:wings"), HasSubstr("write has:attachment"));
  EXPECT_THAT(refusal("is:lost"), HasSubstr("write is:deleted"));
  EXPECT_THAT(refusal("after:tomorrow"), HasSubstr("\"after:tomorrow\" in the query: is no time"));
  EXPECT_THAT(refusal("on:2026-13"), HasSubstr("is no time"));
  EXPECT_THAT(refusal("larger:big"), HasSubstr("is no size"));
  EXPECT_THAT(refusal("larger:-5"), HasSubstr("is no size"));
  EXPECT_THAT(refusal("larger:k"), HasSubstr("is no size"));
  EXPECT_THAT(refusal("larger:99999999999999G"), HasSubstr("is no size"));
  EXPECT_THAT(refusal("-larger:5"), HasSubstr("cannot be excluded"));
  EXPECT_THAT(refusal("is:unread -is:unread"), HasSubstr("the contrary"));
  EXPECT_THAT(refusal("in:/"), HasSubstr("names no folder"));
  EXPECT_THAT(refusal("is:\x1b[31m"), HasSubstr("\\x1b"));
  EXPECT_THAT(refusal(std::string("a\0b", 3)), HasSubstr("NUL"));
  EXPECT_THAT(refusal(std::string(5000, 'a')), HasSubstr("4096"));
}

TEST(SearchQuery, TakesOrRefusesAnything) {
  const std::vector<std::string> pieces{
      "from:",      "\"",  "-",       " ",       "a",  "*",    ":",    "in:",
      "is:deleted", "on:", "2026-11", "larger:", "5k", "\xC3", "\x01", "has:attachment",
      "\\",         "(",   "OR",      "'"};
  std::mt19937 random(11);
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto count = random() % 8; count > 0; --count) text += pieces[random() % pieces.size()];
    try {
      parse(text);
      ++taken;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), Errc::kUsage) << text;
      ASSERT_EQ(std::string(error.what()).find('\x01'), std::string::npos) << text;
    }
  }
  EXPECT_GT(taken, 1000);
}

}  // namespace
}  // namespace yestermail
