// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/state_names.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "fs/safe_text.h"

namespace yestermail {
namespace {

Version message(const std::string& name) {
  Version version;
  version.state.kind = EntryKind::kMessage;
  version.state.name = name;
  return version;
}

std::string words(const Version& before, const Version& now, const std::string& from = "", const std::string& to = "") {
  return step_words({&before, &now, from, to}, false);
}

TEST(StateNames, SayWhatHappened) {
  const auto plain = message("m:2,");
  EXPECT_EQ(step_words({nullptr, &plain, "", ""}, true), "arrived");
  EXPECT_EQ(step_words({nullptr, &plain, "", ""}, false), "came back");
  EXPECT_EQ(words(plain, message("m:2,S")), "read");
  EXPECT_EQ(words(message("m:2,DFPRST"), plain),
            "unread, unflagged, not answered, not forwarded, no draft, not marked as deleted");
  EXPECT_EQ(words(message("m:2,ab"), message("m:2,bc")), "labelled, label removed");
  EXPECT_EQ(words(message("m"), plain), "renamed");
  EXPECT_EQ(words(message("m:2,S"), message("m:2,FS"), "INBOX", "Work"), "moved from INBOX to Work, flagged");
  auto other = plain;
  other.state.mtime_ns = 1;
  EXPECT_EQ(words(plain, other), "dated anew");
  other = plain;
  other.state.mode = 0600;
  EXPECT_EQ(words(plain, other), "given other rights");
  other.state.digest = Digest::of({});
  EXPECT_EQ(words(plain, other), "rewritten");
}

TEST(StateNames, BeginWithTheInstantAndSortByIt) {
  EXPECT_EQ(state_name(Instant{1'795'342'507'250'000}, "read"), "2026-11-22 101507.250000 read.eml");
  EXPECT_EQ(state_name(Instant{1'795'342'507'000'000}, "read"), "2026-11-22 101507.000000 read.eml");
  std::set<std::string> names;
  std::mt19937_64 random(3);
  Instant at{1'700'000'000'000'000};
  for (int i = 0; i < 10'000; ++i) {
    at.value += 1 + static_cast<std::int64_t>(random() % 3'000'000);
    const auto name = state_name(at, i % 2 == 0 ? "arrived" : "deleted");
    ASSERT_TRUE(names.empty() || *names.rbegin() < name);
    names.insert(name);
  }
}

TEST(StateNames, AreValidWhateverFoldersAreCalled) {
  const auto before = message("m:2,DFPRSTz");
  const auto now = message("m:2,a");
  for (const auto& folder : {std::string("../../etc/passwd"), std::string(1000, 'x'), std::string("\x1b[2J\n"),
                             std::string("\xff\xfe"), std::string("\xe2\x80\xae") + "gnp", std::string(400, '.')}) {
    const auto name = state_name(Instant{0}, words(before, now, folder, folder + "y"));
    EXPECT_TRUE(is_entry_name(name)) << name;
    EXPECT_EQ(safe_text(name, Charset::kPosix), name);
  }
}

}  // namespace
}  // namespace yestermail
