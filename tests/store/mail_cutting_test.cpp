// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "tests/store/memory_parts.h"
#include "tests/store/store_fixture.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/mail_mutator.h"

namespace yestermail::test {
namespace {

std::string random_bytes(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string bytes(size, ' ');
  for (auto& c : bytes) c = static_cast<char>(random());
  return bytes;
}

std::string mail(const std::string& trace, const std::string& text, const std::string& attachment,
                 std::uint32_t line = 76, bool crlf = false) {
  std::string end = crlf ? "\r\n" : "\n";
  std::string head = trace + "Subject: report" + end + "MIME-Version: 1.0" + end +
                     "Content-Type: multipart/mixed; boundary=\"b1\"" + end + end;
  return head + "--b1" + end + "Content-Type: text/plain" + end + end + text + end + "--b1" + end +
         "Content-Type: application/pdf" + end + "Content-Transfer-Encoding: base64" + end + end +
         base64(attachment, line, crlf) + "--b1--" + end;
}

TEST(MailCutting, StoresAnAttachmentOnceWhateverTheLinesAreLike) {
  MemoryParts pool;
  const auto file = random_bytes(150'000, 1);
  ASSERT_TRUE(comes_back(mail("Delivered-To: alice\n", "hello", file), pool));
  const auto before = pool.bytes();
  EXPECT_LT(before, file.size() + 2000);
  EXPECT_TRUE(comes_back(mail("Delivered-To: bob.with.a.longer.name\nReceived: x\n", "hello", file), pool));
  EXPECT_TRUE(comes_back(mail("X: y\r\n", "Fwd", file, 72, true), pool));
  EXPECT_TRUE(comes_back(mail("", "again", file, 60), pool));
  EXPECT_TRUE(comes_back("A: b\n\n" + base64(file), pool)) << "a mail that is the attachment";
  EXPECT_EQ(pool.bytes(), before);
  EXPECT_TRUE(pool.contains(file));
}

TEST(MailCutting, FindsAnAttachmentInAForwardedMessage) {
  MemoryParts pool;
  const auto file = random_bytes(30'000, 2);
  const auto text = noise(20'000, 5);
  const auto inner = mail("From: carol\n", text, file);
  ASSERT_TRUE(comes_back(inner, pool));
  EXPECT_TRUE(pool.contains(file));
  EXPECT_TRUE(pool.contains(text + "\n")) << "a mail of which two parts are kept";
  const auto before = pool.bytes();
  EXPECT_TRUE(comes_back("Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: message/rfc822\n\n" +
                             inner + "\n--outer--\n",
                         pool));
  EXPECT_EQ(pool.bytes(), before) << "text and attachment are the parts of the mail that was forwarded";
}

TEST(MailCutting, StoresEachAttachmentOfAMailApart) {
  MemoryParts pool;
  std::string blob = "Content-Type: multipart/mixed; boundary=b1\n\n";
  for (std::uint32_t i = 0; i < 5; ++i) {
    blob += "--b1\n\n" + noise(5000 + i, i) + "\n--b1\nA: b\n\n" + base64(random_bytes(10'000 + 999 * i, i));
  }
  ASSERT_TRUE(comes_back(blob, pool));
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(pool.contains(random_bytes(10'000 + 999 * i, i))) << i;
    EXPECT_TRUE(pool.contains(noise(5000 + i, i) + "\n")) << i;
  }
}

TEST(MailCutting, AsksOnceWhetherABlobIsKnownAndThenCutsNothing) {
  for (const std::size_t size : {std::size_t{100}, std::size_t{50'000}, kBlobInMemoryBytes + 1}) {
    const auto blob = mail("", "x", random_bytes(size, 1));
    for (const bool is_known : {false, true}) {
      MemoryParts pool;
      BlobReadBuffer buffer;
      MemorySource source(as_bytes(blob));
      int asked = 0;
      const auto known = [&](const Digest& digest) {
        EXPECT_EQ(digest, Digest::of(as_bytes(blob)));
        ++asked;
        return is_known;
      };
      const auto cut = cut_blob(source, buffer, known, pool);
      EXPECT_EQ(asked, 1) << size;
      EXPECT_EQ(cut.is_known, is_known) << size;
      if (is_known && size < kBlobInMemoryBytes) {
        EXPECT_EQ(pool.count(), 0U) << "it was in memory as a whole";
      }
    }
  }
}

TEST(MailCutting, AnEditedDocumentCostsItsEdit) {
  MemoryParts pool;
  auto file = random_bytes(400'000, 3);
  ASSERT_TRUE(comes_back(mail("", "first", file), pool));
  const auto before = pool.bytes();
  file.insert(200'000, "some words more");
  file.erase(100'000, 30);
  ASSERT_TRUE(comes_back(mail("", "second", file), pool));
  EXPECT_LT(pool.bytes() - before, 4U * (16U << 10U) * 2U);
}

TEST(MailCutting, KeepsSmallThingsWithTheMail) {
  MemoryParts pool;
  EXPECT_TRUE(comes_back("Subject: x\n\n" + noise(3000, 1), pool));
  EXPECT_TRUE(comes_back(mail("", "small", std::string(1500, 'x')), pool));
  EXPECT_EQ(pool.count(), 0U);
}

TEST(MailCutting, DecodesASmallAttachmentInPlace) {
  MemoryParts pool;
  const auto blob = mail("", "small", std::string(1500, 'x'));
  EXPECT_LT(cut(blob, pool).stored.size(), blob.size() - 450);
}

TEST(MailCutting, GivesBackBlobsOfEverySizeAroundTheLimits) {
  for (const std::size_t limit : {512UL, 4UL << 10U, 8UL << 10U, 32UL << 10U, 64UL << 10U, 256UL << 10U, 512UL << 10U,
                                  1UL << 20U, 4UL << 20U, kBlobInMemoryBytes}) {
    for (const std::size_t size : {limit - 1, limit, limit + 1}) {
      for (const std::string head : {"", "\n\n", "A: b\n\n", "A: b\r\n\r\n"}) {
        if (size > for_this_build(1U << 20U, kBlobInMemoryBytes + 1) && !head.empty()) continue;
        MemoryParts pool;
        EXPECT_TRUE(comes_back(head + noise(size - head.size(), static_cast<std::uint32_t>(size)), pool)) << size;
      }
      MemoryParts pool;
      EXPECT_TRUE(comes_back("A: b\n\n" + base64(random_bytes(size, 7)), pool)) << size;
    }
  }
}

TEST(MailCutting, StreamsALargeMailAndFindsItsAttachmentAgain) {
  MemoryParts pool;
  const auto file = random_bytes(9'000'000, 4);
  const auto text = noise(300'000, 8);
  ASSERT_TRUE(comes_back(mail("To: alice\n", text, file), pool, 100'000));
  const auto before = pool.bytes();
  EXPECT_LT(before, file.size() + text.size() + 10'000);
  EXPECT_TRUE(comes_back(mail("To: bob\nReceived: x\n", text, file, 64, true), pool, 77'777));
  EXPECT_LT(pool.bytes() - before, 400'000U) << "what a CR LF changes in the text, no more";
}

// Whatever it is, it comes back, soon, and without a recipe that is larger than the mail.
TEST(MailCutting, StandsWhatSomebodyMadeToHurt) {
  const auto times = [](int count, const std::function<std::string(int)>& text) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text(i);
    return all;
  };
  const auto line = base64(random_bytes(57, 1));
  const std::string nested = times(1000, [](int i) {
    const auto name = "n" + std::to_string(i);
    return (i > 0 ? "--n" + std::to_string(i - 1) + "\n" : "") + "Content-Type: multipart/mixed; boundary=" + name +
           "\n\n";
  });
  const std::pair<const char*, std::string> hostile[] = {
      {"100,000 parts",
       "Content-Type: multipart/mixed; boundary=x\n\n" + times(100'000,
                                                               [&](int i) {
                                                                 return "--x\nContent-Transfer-Encoding: base64\n\n" +
                                                                        (i % 3 == 0 ? line : "hello\n");
                                                               })},
      {"parts of base64 just large enough",
       "boundary=x\n\n" + times(20'000, [&](int) { return "--x\nA: b\n\n" + base64(random_bytes(600, 2)); })},
      {"nesting of 1,000", nested + base64(random_bytes(100'000, 3)) +
                               times(1000, [](int i) { return "--n" + std::to_string(999 - i) + "--\n"; })},
      {"500,000 headers", times(500'000, [](int i) { return "X-" + std::to_string(i) + ": y\n"; }) + "\nbody\n"},
      {"500,000 boundaries", times(500'000, [](int) { return std::string("A: boundary=\"\n"); }) + "\n--\n--\n"},
      {"boundaries that lie", "Content-Type: multipart/mixed; boundary=\"AAAA\"\n\n--AAAA\n\n" +
                                  base64(std::string(60'000, '\0')) + "--AAAA--\n--AAAA\n\nx\n--AAAAB\n"},
      {"base64 with odd lines",
       "A: b\n\n" +
           times(3000,
                 [&](int i) { return line.substr(0, 76 - static_cast<std::size_t>(i % 7 == 0 ? i % 70 : 0)) + "\n"; })},
      {"mixed line ends",
       "A: b\r\n\n" + times(2000, [&](int i) { return line.substr(0, 76) + (i % 50 == 0 ? "\r\n" : "\n"); })},
      {"empty lines and base64", "\n" + times(50'000, [&](int) { return "\n" + line; })},
      {"NULs", "A: b\n\n" + std::string(3'000'000, '\0')},
      {"8-bit headers",
       "Subject: \xff\xfe\xc3\xa4 boundary=\"\xff\"\n\n--\xff\n\n" + base64(random_bytes(9000, 6)) + "--\xff--"},
      {"one line of 20 MB", "A: b\n\n" + std::string(20'000'000, 'A')},
      {"20 MB of empty lines", std::string(20'000'000, '\n')},
      {"a truncated mail", mail("", "cut", random_bytes(90'000, 9)).substr(0, 70'001)},
      {"two mails in one", mail("", "one", random_bytes(50'000, 9)) + mail("", "two", random_bytes(50'000, 9), 72)},
  };
  for (const auto& [what, blob] : hostile) {
    MemoryParts pool;
    const auto made = cut(blob, pool, 1U << 18U);
    EXPECT_EQ(join(made, pool) == blob, true) << what;
    EXPECT_LT(made.stored.size(), 8U << 20U) << what;
  }
}

TEST(MailCutting, GivesBackMutatedMails) {
  MemoryParts pool;
  MailMutator mutator(static_cast<unsigned>(10 + campaign_seed()));
  const auto count = campaign_setting("YESTERMAIL_MUTATIONS", for_this_build(600, 4000));
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto blob = mutator.next();
    ASSERT_TRUE(comes_back(blob, pool, 1 + i * 37 % 90'000)) << "mutation " << i;
    if (pool.bytes() > (200U << 20U)) pool = {};
  }
}

// The streaming way is taken above 8 MiB only: here every small mail goes both ways, in windows of odd lengths.
TEST(MailCutting, FindsTheSameInAWindowOfAnyLength) {
  MailMutator mutator(12);
  for (std::size_t i = 0; i < for_this_build(200, 1500); ++i) {
    const auto blob = mutator.next();
    MemoryParts pool;
    RecipeMaker maker;
    maker.begin(pool, false);
    MailScanner scanner(maker);
    const std::size_t window = 70'000 + i * 13;
    std::size_t at = 0;
    for (bool last = false; !last;) {
      last = blob.size() - at <= window;
      at += scanner.scan(as_bytes(blob).subspan(at, std::min(window, blob.size() - at)), last);
    }
    const auto recipe = maker.finish();
    ASSERT_EQ(join({{}, 0, BlobForm::kRecipe, Bytes(recipe.begin(), recipe.end())}, pool), blob) << "mutation " << i;
  }
}

}  // namespace
}  // namespace yestermail::test
