// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/header_words.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include "base/utf8.h"

namespace yestermail {
namespace {

HeaderWords words(const std::string& text) { return header_words(as_bytes(text)); }

/// What names are built from: UTF-8, nothing that a terminal acts on, not too long.
void expect_fit_for_names(const std::string& text) {
  EXPECT_LE(text.size(), kHeaderWordBytes);
  for (std::string_view rest = text; !rest.empty();) {
    const auto sequence = utf8_sequence(rest);
    ASSERT_NE(sequence.length, 0U) << "not UTF-8";
    EXPECT_GE(sequence.code_point, 0x20U);
    EXPECT_FALSE(sequence.code_point >= 0x7F && sequence.code_point < 0xA0);
    rest.remove_prefix(sequence.length);
  }
}

TEST(HeaderWords, TakesDisplayNameAndSubject) {
  const auto result = words("From: Bob Example <bob@example.org>\r\nSubject: Quarterly report\r\n\r\nSubject: no\r\n");
  EXPECT_EQ(result.sender, "Bob Example");
  EXPECT_EQ(result.subject, "Quarterly report");
}

TEST(HeaderWords, TakesTheAddressWhereThereIsNoName) {
  EXPECT_EQ(words("from:bob@example.org\n\n").sender, "bob@example.org");
  EXPECT_EQ(words("FROM : <bob@example.org>\n").sender, "bob@example.org");
  EXPECT_EQ(words("From: \"\" <bob@example.org>\n").sender, "bob@example.org");
  EXPECT_EQ(words("Sender: Robot <r@x>\n\n").sender, "Robot");
}

TEST(HeaderWords, DecodesEncodedWords) {
  const auto result = words(
      "From: =?iso-8859-1?Q?J=F6rg_M=FCller?= <j@x>\n"
      "Subject: =?utf-8?B?w4RwZmVs?= =?koi8-r?B?8NLJ18XU?=\n\n");
  EXPECT_EQ(result.sender, "Jörg Müller");
  EXPECT_EQ(result.subject, "ÄpfelПривет");
}

TEST(HeaderWords, UnfoldsLongHeaders) {
  EXPECT_EQ(words("Subject: one\n two\r\n\tthree\nTo: x\n\n").subject, "one two three");
}

TEST(HeaderWords, TakesTheFirstOfSeveral) { EXPECT_EQ(words("Subject: one\nSubject: two\n\n").subject, "one"); }

TEST(HeaderWords, GivesNothingWhereThereIsNothing) {
  for (const auto* text : {"", "\n", "no header at all", "\n\nSubject: body\n", ":\n", "Subject:\nFrom:\n\n"}) {
    EXPECT_EQ(words(text).subject, "") << text;
    EXPECT_EQ(words(text).sender, "") << text;
  }
}

TEST(HeaderWords, CutsBetweenCharacters) {
  std::string subject;
  for (int i = 0; i < 300; ++i) subject += "é";
  const auto result = words("Subject: x" + subject + "\n\n").subject;
  EXPECT_EQ(result.size(), 199U);
  expect_fit_for_names(result);
}

TEST(HeaderWords, MakesRawEightBitTextValid) {
  expect_fit_for_names(words("Subject: caf\xe9 \xff\xfe\xc0\xaf\n\n").subject);
  EXPECT_EQ(words("Subject: käse\n\n").subject, "käse");
}

TEST(HeaderWords, LetsNoControlCharacterThrough) {
  const auto result =
      words("Subject: a\x1b[2J\x07 b\x9b\x7f =?utf-8?Q?c=0Ad=00e=1Bf?=\nFrom: =?utf-8?Q?=0D=0AX?= <a@b>\n\n");
  expect_fit_for_names(result.subject);
  expect_fit_for_names(result.sender);
}

TEST(HeaderWords, SurvivesHostileMail) {
  using std::string;
  string many_headers, many_addresses = "From: ", references = "References:";
  for (int i = 0; i < 1'000'000; ++i) many_headers += "X: y\n";
  for (int i = 0; i < 500'000; ++i) many_addresses += "a@b, ";
  for (int i = 0; i < 200'000; ++i) references += " <x@y>\n";
  string parameters = "Content-Type: text/plain";
  for (int i = 0; i < 100'000; ++i) parameters += "; name*" + std::to_string(i) + "*=x";
  const string deep(60'000, '(');
  const string encoded = "Subject: =?utf-8?Q?" + string(60'000, '=') + "?=";
  const std::vector<string> mails{
      many_headers + "Subject: late\n\n",
      many_addresses + "\n\n",
      references + "\n\n",
      parameters + "\n\n",
      string(1U << 20U, '\0'),
      string(1U << 20U, ':'),
      "Subject: " + string(100U << 20U, 'x'),
      "From: " + deep + "\n\n",
      "From: \"" + deep + "\n\n",
      "From: " + string(60'000, '<') + "\n\n",
      encoded + "\n\n",
      "Subject: =?no-such-charset?B?" + string(1000, 'A') + "?=\n\n",
      "Subject: =?../../etc/passwd?Q?x?=\n\n",
      "Subject: =?utf-7?Q?+AGEAYgBj?= =?iso-2022-jp?B?GyRC?= =?Q?"
      "?= =?utf-8?B?=?= =?utf-8?Q?=ZZ?=\n\n",
      "Subject: =?utf-8?Q?=?=?=?utf-8?Q?a?=?=\n\n",
      "From: group: a@b, c@d;, \"un\\\"quoted <x@y\n\n",
  };
  for (const auto& mail : mails) {
    const auto result = words(mail);
    expect_fit_for_names(result.sender);
    expect_fit_for_names(result.subject);
  }
}

TEST(HeaderWords, StopsAfterAThousandLines) {
  std::string mail;
  for (int i = 0; i < 999; ++i) mail += "X: y\n";
  EXPECT_EQ(words(mail + "Subject: in time\n\n").subject, "in time");
  EXPECT_EQ(words(mail + "X: y\nSubject: late\n\n").subject, "");
}

TEST(HeaderWords, SurvivesAnyBytes) {
  std::mt19937 random(7);
  const std::string pieces[] = {"From", "Subject", ":",  "=?", "?=",   "utf-8", "?B?", "?Q?", "\n",
                                "\r",   " ",       "\t", "<",  ">",    "@",     "(",   ")",   "\"",
                                "\\",   ",",       ";",  "=",  "\xff", "\x1b",  "a"};
  for (int i = 0; i < 20'000; ++i) {
    std::string mail = i % 2 == 0 ? "Subject: " : "From: ";
    const auto length = random() % 40;
    for (unsigned n = 0; n < length; ++n) {
      if (random() % 8 == 0)
        mail += static_cast<char>(random() % 256);
      else
        mail += pieces[random() % std::size(pieces)];
    }
    const auto result = words(mail);
    expect_fit_for_names(result.sender);
    expect_fit_for_names(result.subject);
  }
}

TEST(HeaderWords, IsTheSameFromSeveralThreads) {
  const std::string mail = "From: =?iso-8859-1?Q?J=F6rg?= <j@x>\nSubject: =?koi8-r?B?8NLJ18XU?=\n\n";
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) {
        const auto result = words(mail);
        ASSERT_EQ(result.sender, "Jörg");
        ASSERT_EQ(result.subject, "Привет");
      }
    });
  }
}

}  // namespace
}  // namespace yestermail
