// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/message_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/tidy_text.h"
#include "tests/support/mail_mutator.h"

namespace yestermail {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

MessageText text_of(const std::string& message) { return message_text(as_bytes(message)); }

const char* const kWithEverything =
    "From: =?utf-8?q?J=C3=BCrgen?= <j@example.com>\n"
    "Sender: office@example.com\n"
    "To: Alice <alice@example.com>, bob@example.com\n"
    "Cc: carol@example.org\n"
    "Subject: =?iso-8859-1?q?Caf=E9?= =?iso-8859-1?q?s?= of\n today\n"
    "Content-Type: multipart/mixed; boundary=outer\n"
    "\n"
    "preamble\n"
    "--outer\n"
    "Content-Type: multipart/alternative; boundary=inner\n"
    "\n"
    "--inner\n"
    "Content-Type: text/plain; charset=iso-8859-1\n"
    "Content-Transfer-Encoding: quoted-printable\n"
    "\n"
    "Plain gr=FCn words\n"
    "--inner\n"
    "Content-Type: text/html\n"
    "\n"
    "<p>Other words</p>\n"
    "--inner--\n"
    "--outer\n"
    "Content-Type: application/pdf; name*=utf-8''r%C3%A9sum%C3%A9.pdf\n"
    "Content-Transfer-Encoding: base64\n"
    "\n"
    "c2VjcmV0\n"
    "--outer\n"
    "Content-Type: message/rfc822\n"
    "\n"
    "From: dave@example.com\n"
    "Subject: Forwarded\n"
    "\n"
    "Within\n"
    "--outer\n"
    "Content-Type: text/plain\n"
    "Content-Transfer-Encoding: base64\n"
    "\n"
    "ZGVjb2RlZA==\n"
    "--outer--\n";

TEST(MessageText, FindsAllThereIsToLookFor) {
  const auto text = text_of(kWithEverything);
  EXPECT_THAT(text.sender, HasSubstr("J\u00fcrgen <j@example.com>"));
  EXPECT_THAT(text.sender, HasSubstr("office@example.com"));
  EXPECT_EQ(text.recipients, "Alice <alice@example.com>, bob@example.com, carol@example.org");
  EXPECT_EQ(text.subject, "Caf\u00e9s of today");
  EXPECT_THAT(text.files, ElementsAre("r\u00e9sum\u00e9.pdf"));
  EXPECT_TRUE(text.attachment);
  EXPECT_EQ(text.body, "Plain gr\u00fcn words Forwarded dave@example.com Within decoded");
}

TEST(MessageText, TakesTheHtmlWhereThereIsNothingElse) {
  const auto text = text_of(
      "Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n \n"
      "--b\nContent-Type: text/html; charset=utf-8\n\n<p>only &uuml; here</p>\n--b--\n");
  EXPECT_EQ(text.body, "only \u00fc here");
  EXPECT_FALSE(text.attachment);
}

TEST(MessageText, TellsAnAttachmentWithoutAName) {
  const auto text = text_of(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png\nContent-Disposition: "
      "attachment\n\nx\n"
      "--b--\n");
  EXPECT_TRUE(text.attachment);
  EXPECT_THAT(text.files, IsEmpty());
}

TEST(MessageText, MakesUtf8OfWhatSaysNothingOrLies) {
  EXPECT_EQ(text_of("Subject: a\n\ngr\xFCn").body, "gr\u00fcn");
  EXPECT_EQ(text_of("Subject: a\n\ngr\u00fcn").body, "gr\u00fcn");
  EXPECT_EQ(text_of("Content-Type: text/plain; charset=us-ascii\n\ngr\xFCn").body, "gr\u00fcn");
  EXPECT_EQ(text_of("Content-Type: text/plain; charset=no-such-thing\n\ngr\xFCn").body, "gr\u00fcn");
}

TEST(MessageText, TakesWhatIsNoMessage) {
  EXPECT_EQ(text_of("").body, "");
  EXPECT_EQ(text_of("\n").body, "");
  EXPECT_EQ(text_of(std::string(1000, '\0')).subject, "");
}

TEST(MessageText, KeepsNoMoreThanItSays) {
  std::string long_one = "Subject: " + std::string(100'000, 's') + "\nTo: ";
  for (int i = 0; i < 5000; ++i) long_one += "a" + std::to_string(i) + "@example.com,\n ";
  long_one += "z@example.com\nContent-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 3000; ++i) long_one += "--b\nContent-Type: text/plain; name=f\n\n" + std::string(100, 'x') + "\n";
  const auto text = text_of(long_one);
  EXPECT_LE(text.subject.size(), kFieldBytes);
  EXPECT_LE(text.recipients.size(), kFieldBytes);
  EXPECT_LE(text.body.size(), kBodyBytes);
  EXPECT_GT(text.body.size(), kBodyBytes / 2);
  EXPECT_LE(text.files.size(), kMostFiles);
}

TEST(MessageText, SaysNothingOfAMessageWithoutAByte) {
  testing::internal::CaptureStderr();
  const auto text = message_text({});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(text.subject, "");
}

TEST(MessageText, SurvivesNestingWithoutEnd) {
  std::string deep = "Subject: deep\n";
  for (int i = 0; i < 100'000; ++i) {
    const auto name = std::to_string(i);
    deep += "Content-Type: multipart/mixed; boundary=" + name + "\n\n--" + name + "\n";
  }
  EXPECT_EQ(text_of(deep).subject, "deep");
  std::string forwarded;
  for (int i = 0; i < 100'000; ++i) forwarded += "Content-Type: message/rfc822\n\n";
  EXPECT_EQ(text_of(forwarded).subject, "");
  // What is still read whole.
  std::string modest = "Subject: modest\n";
  for (int i = 0; i < 190; ++i) {
    const auto name = std::to_string(i);
    modest += "Content-Type: multipart/mixed; boundary=" + name + "\n\n--" + name + "\n";
  }
  EXPECT_THAT(text_of(modest + "\nwords").body, HasSubstr("words"));
}

TEST(MessageText, SurvivesHeadersWithoutEnd) {
  std::string header = "Subject: long\nTo: ";
  for (int i = 0; i < 300'000; ++i) header += "a" + std::to_string(i) + "@example.com,\n ";
  EXPECT_EQ(text_of(header + "z@example.com\n\nwords").subject, "long");
  EXPECT_EQ(text_of("Subject: brackets\nTo: " + std::string(200'000, '<') + "\n\nwords").subject, "brackets");
  EXPECT_EQ(text_of("Subject: groups\nTo: " + std::string(200'000, ':') + "\n\nwords").subject, "groups");
  EXPECT_EQ(text_of("Subject: remarks\nTo: " + std::string(200'000, '(') + "\n\nwords").subject, "remarks");
}

TEST(MessageText, GivesCleanTextOfAnyBytes) {
  test::MailMutator mutator(7);
  for (int i = 0; i < 300; ++i) {
    const auto text = text_of(mutator.next());
    for (const auto& field : {text.sender, text.recipients, text.subject, text.body}) {
      ASSERT_TRUE(is_utf8(field, false));
      ASSERT_THAT(field, Not(HasSubstr("\n")));
    }
  }
}

}  // namespace
}  // namespace yestermail
