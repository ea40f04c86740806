// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/source_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace yestermail {
namespace {

using testing::HasSubstr;

SourceVariables mailbox(const std::string& local_part, const std::string& domain) {
  SourceVariables variables;
  variables.local_part = local_part;
  variables.domain = domain;
  return variables;
}

std::string refusal(const std::string& text) {
  try {
    const SourceSpec spec(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kUsage);
    return error.what();
  }
  return "accepted";
}

TEST(SourceSpec, ReadsATemplate) {
  const SourceSpec spec("maildir:/srv/mail/%d/%n/Maildir");
  EXPECT_EQ(spec.layout(), "maildir++");
  EXPECT_FALSE(spec.control());
  EXPECT_EQ(spec.mail().fixed_part(), "/srv/mail");
  EXPECT_EQ(spec.mail().expand(mailbox("alice", "example.com")), "/srv/mail/example.com/alice/Maildir");
  EXPECT_EQ(spec.account_name(mailbox("alice", "example.com")), "alice@example.com");
  EXPECT_EQ(spec.home(mailbox("alice", "example.com")), "/srv/mail/example.com/alice");
}

TEST(SourceSpec, ReadsOptionsAndEscapes) {
  const SourceSpec spec("maildir:/a::b/100%%/%u:LAYOUT=fs:CONTROL=/var/c::d/%u:INDEX=MEMORY");
  EXPECT_EQ(spec.layout(), "fs");
  const auto variables = SourceVariables::of_account("al@x");
  EXPECT_EQ(spec.mail().expand(variables), "/a:b/100%/al@x");
  EXPECT_EQ(spec.control()->expand(variables), "/var/c:d/al@x");
  EXPECT_FALSE(spec.home(variables)) << "the mail stands in the home directory itself";
}

TEST(SourceSpec, WritesASpecificationForOneAccountThatReadsBackTheSame) {
  const SourceSpec spec("maildir:/a::b/100%%/%d/%n/m:LAYOUT=fs:CONTROL=/c/%d/%n");
  const auto one = spec.for_account(mailbox("a%b:c", "d"));
  EXPECT_EQ(one, "maildir:/a::b/100%%/d/a%%b::c/m:LAYOUT=fs:CONTROL=/c/d/a%%b::c");
  const SourceSpec back(one);
  EXPECT_EQ(back.mail().expand({}), "/a:b/100%/d/a%b:c/m");
  EXPECT_EQ(back.layout(), "fs");
}

TEST(SourceSpec, APathWithoutVariablesIsNamedByTheDirectoryAbove) {
  EXPECT_EQ(SourceSpec("maildir:/home/alice/Maildir").account_name({}), "alice");
  EXPECT_EQ(SourceSpec("maildir:/home/alice/Maildir//").account_name({}), "alice");
  EXPECT_EQ(SourceSpec("maildir:/Maildir").account_name({}), "Maildir");
  EXPECT_EQ(SourceSpec("maildir:/home/alice/Maildir").mail().fixed_part(), "/home/alice");
}

TEST(SourceSpec, FindsTheVariablesOfAnAccount) {
  const SourceSpec spec("maildir:/srv/%d/%n/Maildir");
  const auto variables = spec.variables_of("alice@example.com");
  ASSERT_TRUE(variables);
  EXPECT_EQ(spec.mail().expand(*variables), "/srv/example.com/alice/Maildir");
  EXPECT_FALSE(spec.variables_of("alice")) << "no domain, no path";
  EXPECT_FALSE(spec.variables_of("../../etc@x/y"));
  EXPECT_TRUE(SourceSpec("maildir:/home/alice/Maildir").variables_of("alice"));
  EXPECT_FALSE(SourceSpec("maildir:/home/alice/Maildir").variables_of("bob"));
}

TEST(SourceSpec, SaysWhatIsWrong) {
  EXPECT_THAT(refusal("/srv/mail"), HasSubstr("begin with maildir:"));
  EXPECT_THAT(refusal("mbox:/srv/mail"), HasSubstr("begin with maildir:"));
  EXPECT_THAT(refusal("maildir:srv/mail"), HasSubstr("begin with /"));
  EXPECT_THAT(refusal("maildir:~/Maildir"), HasSubstr("begin with /"));
  EXPECT_THAT(refusal("maildir:/"), HasSubstr("no directory"));
  EXPECT_THAT(refusal("maildir:/srv/%x/Maildir"), HasSubstr("%x is not known"));
  EXPECT_THAT(refusal("maildir:/srv/mail%"), HasSubstr("%%"));
  EXPECT_THAT(refusal("maildir:/srv/../etc"), HasSubstr(".."));
  EXPECT_THAT(refusal("maildir:/srv/mail:LAYOUT=index"), HasSubstr("LAYOUT=index"));
  EXPECT_THAT(refusal("maildir:/srv/mail:CONTROL=rel"), HasSubstr("begin with /"));
  EXPECT_THAT(refusal("maildir:/srv/mail:FOO=1"), HasSubstr("FOO=1"));
  EXPECT_THAT(refusal(std::string("maildir:/srv/\x1b[2J:X", 20)), HasSubstr("\\x1b"));
}

TEST(SourceSpec, MatchesDirectoryNamesWithSeveralVariables) {
  const SourceSpec spec("maildir:/srv/%n@%d.box/m");
  const auto& component = spec.mail().components()[1];
  const auto match = [&](const char* name) { return PathTemplate::match(component, name, {}); };
  ASSERT_TRUE(match("al.ice@example.com.box"));
  EXPECT_EQ(match("al.ice@example.com.box")->account_name(), "al.ice@example.com");
  EXPECT_FALSE(match("alice@example.com"));
  EXPECT_FALSE(match("@example.com.box"));
  EXPECT_FALSE(match("alice@.box"));
}

TEST(SourceSpec, AVariableThatIsKnownHasToBeMetAgain) {
  const SourceSpec spec("maildir:/srv/%d/%u/m");
  const auto& user = spec.mail().components()[2];
  SourceVariables known;
  known.domain = "example.com";
  EXPECT_TRUE(PathTemplate::match(user, "alice@example.com", known));
  EXPECT_FALSE(PathTemplate::match(user, "alice@example.org", known));
}

}  // namespace
}  // namespace yestermail
