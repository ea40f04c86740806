// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/item_names.h"

#include <gtest/gtest.h>

#include <random>

#include "base/utf8.h"
#include "fs/item_tag.h"
#include "fs/safe_text.h"
#include "tests/support/campaign_setting.h"

namespace yestermail {
namespace {

constexpr std::int64_t kNanos = 1'000'000'000;

EntryState mail(std::string sender, std::string subject, std::int64_t mtime_ns = 1795271527 * kNanos) {
  EntryState state;
  state.kind = EntryKind::kMessage;
  state.sender = std::move(sender);
  state.subject = std::move(subject);
  state.mtime_ns = mtime_ns;
  return state;
}

std::string tag() { return "~" + item_tag(ItemId{77}) + ".eml"; }

std::string name(const EntryState& state) { return message_name(ItemId{77}, state); }

void expect_safe(const std::string& text) {
  ASSERT_LE(text.size(), 255U);
  ASSERT_TRUE(is_entry_name(text));
  for (std::size_t at = 0; at < text.size();) {
    const auto [length, c] = utf8_sequence(std::string_view(text).substr(at));
    ASSERT_GT(length, 0U) << "invalid UTF-8";
    ASSERT_GE(c, 0x20U);
    ASSERT_FALSE(c >= 0x7f && c <= 0x9f);
    ASSERT_FALSE(c >= 0x202a && c <= 0x202e);
    ASSERT_FALSE(c >= 0x2066 && c <= 0x2069);
    ASSERT_EQ(std::string_view("\\:*?\"<>|/").find(static_cast<char>(c < 0x80 ? c : 'a')), std::string_view::npos);
    at += length;
  }
  ASSERT_TRUE(text.front() >= '0' && text.front() <= '9');
  ASSERT_TRUE(text.ends_with(".eml"));
}

TEST(MessageName, HasDateSenderSubjectAndTag) {
  EXPECT_EQ(name(mail("Bob Example", "Quarterly report")), "2026-11-21 1432 Bob Example - Quarterly report" + tag());
}

TEST(MessageName, LeavesOutWhatIsMissing) {
  EXPECT_EQ(name(mail("", "Quarterly report")), "2026-11-21 1432 Quarterly report" + tag());
  EXPECT_EQ(name(mail("Bob", "")), "2026-11-21 1432 Bob" + tag());
  EXPECT_EQ(name(mail("", "")), "2026-11-21 1432" + tag());
  EXPECT_EQ(name(mail(" .. ", "...")), "2026-11-21 1432" + tag());
}

TEST(MessageName, NothingInAMailLeadsOutOfTheDirectory) {
  EXPECT_EQ(name(mail("x", "../../etc/cron.d/x")), "2026-11-21 1432 x - .._.._etc_cron.d_x" + tag());
  EXPECT_EQ(name(mail("x", "C:\\a")), "2026-11-21 1432 x - C__a" + tag());
  EXPECT_EQ(name(mail("-rf", "--help")), "2026-11-21 1432 -rf - --help" + tag());
}

TEST(MessageName, IsPortableAndStillReadsWell) {
  EXPECT_EQ(name(mail("Bob <b@x.it>", "Re: why \"now\"? 12:30?")),
            "2026-11-21 1432 Bob (b@x.it) - Re why 'now' 12_30" + tag());
  EXPECT_EQ(name(mail("x", "a|b*c???")), "2026-11-21 1432 x - a_b_c__" + tag());
}

TEST(MessageName, ControlsAndBidiOverridesAreNotInIt) {
  EXPECT_EQ(name(mail("x", "a\nb\tc\rd")), "2026-11-21 1432 x - a b c d" + tag());
  EXPECT_EQ(name(mail("x", std::string("a\0b\x1b[2J\x07", 8))), "2026-11-21 1432 x - a_b_[2J_" + tag());
  EXPECT_EQ(name(mail("x",
                      "invoice\xe2\x80\xae"
                      "fdp.exe")),
            "2026-11-21 1432 x - invoicefdp.exe" + tag());
  EXPECT_EQ(name(mail("x",
                      "a\xc2\x9b"
                      "b\xe2\x80\x8b"
                      "c")),
            "2026-11-21 1432 x - a_bc" + tag());
}

TEST(MessageName, InvalidUtf8IsReplaced) {
  EXPECT_EQ(name(mail("x",
                      "a\xff\xc0\xaf"
                      "b")),
            "2026-11-21 1432 x - a___b" + tag());
  EXPECT_EQ(name(mail("x",
                      "a\xed\xa0\x80"
                      "b")),
            "2026-11-21 1432 x - a___b" + tag());
}

TEST(MessageName, IsCutBetweenCharacters) {
  std::string euros;
  for (int i = 0; i < 4000; ++i) euros += "\xe2\x82\xac";
  for (int lead = 0; lead < 3; ++lead) {
    const auto cut = name(mail("x", std::string(static_cast<std::size_t>(lead), 'a') + euros));
    expect_safe(cut);
    EXPECT_GE(cut.size(), 253U);
  }
  const auto long_sender = name(mail(std::string(200, 's'), std::string(10'000, 't')));
  EXPECT_EQ(long_sender.size(), 255U);
  EXPECT_NE(long_sender.find("s - t"), std::string::npos);
}

TEST(MessageName, CombiningMarksStayWithTheirLetter) {
  std::string zalgo = "a";
  for (int i = 0; i < 10'000; ++i) zalgo += "\xcc\x80";
  EXPECT_EQ(name(mail("x", zalgo)), "2026-11-21 1432 x - a\xcc\x80\xcc\x80\xcc\x80\xcc\x80" + tag());
  const std::string text = std::string(9, 'x') + "e\xcc\x81";
  EXPECT_EQ(cut_text(text, 11), "xxxxxxxxx");
  EXPECT_EQ(cut_text(text, 10), "xxxxxxxxx");
  EXPECT_EQ(cut_text(text, 12), text);
}

TEST(MessageName, TakesAnyTime) {
  expect_safe(name(mail("x", "y", std::numeric_limits<std::int64_t>::min())));
  expect_safe(name(mail("x", "y", std::numeric_limits<std::int64_t>::max())));
  EXPECT_EQ(name(mail("", "", -1)), "1969-12-31 2359" + tag());
}

TEST(MessageName, IsSafeWhateverTheMailSays) {
  std::mt19937_64 random(4);
  for (std::uint64_t round = 0; round < test::for_this_build(5'000, 50'000); ++round) {
    std::string sender;
    std::string subject;
    const auto bytes = [&](std::string& to, std::size_t most) {
      const bool text = random() % 2 == 0;
      for (auto n = random() % most; n > 0; --n) {
        static constexpr std::string_view kNasty = "./\\ \t\n~-'\"\xe2\x80\xae\xcc\x80\xf0\x9f\x98\x80\xef\xbf\xbe";
        to += text ? kNasty[random() % kNasty.size()] : static_cast<char>(random());
      }
    };
    bytes(sender, 200);
    bytes(subject, 600);
    const ItemId item{random() % (1ULL << (random() % 60))};
    const auto state = mail(sender, subject, static_cast<std::int64_t>(random()));
    const auto result = message_name(item, state);
    ASSERT_NO_FATAL_FAILURE(expect_safe(result));
    ASSERT_EQ(item_of_name(result), item);
    ASSERT_EQ(message_name(item, state), result);
  }
}

TEST(ItemOfName, KnowsWhatIsNoMessage) {
  for (const auto* text : {"", ".eml", "~.eml", "~k3f9", "k3f9.eml", "x~k3.eml", "x~K3F9.eml", "x~k3f9.emls"}) {
    EXPECT_FALSE(item_of_name(text)) << text;
  }
  EXPECT_EQ(item_of_name("a~b" + tag()), ItemId{77});
}

TEST(EntryName, RefusesWhatTheKernelRefuses) {
  EXPECT_FALSE(is_entry_name(""));
  EXPECT_FALSE(is_entry_name("."));
  EXPECT_FALSE(is_entry_name(".."));
  EXPECT_FALSE(is_entry_name("a/b"));
  EXPECT_FALSE(is_entry_name(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_entry_name(std::string(256, 'a')));
  EXPECT_TRUE(is_entry_name(std::string(255, 'a')));
  EXPECT_TRUE(is_entry_name("...\n\xff"));
}

}  // namespace
}  // namespace yestermail
