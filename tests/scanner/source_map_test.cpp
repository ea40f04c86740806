// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/source_map.h"

#include <gtest/gtest.h>

namespace yestermail {
namespace {

using Kind = Located::Kind;

std::string shown(const Located& located) {
  static constexpr const char* kNames[] = {"nowhere", "above", "home", "mail", "control"};
  std::string text = kNames[static_cast<std::size_t>(located.kind)];
  if (!located.account.empty()) text += " " + located.account;
  if (!located.path.empty()) text += " " + located.path;
  return text;
}

TEST(SourceMap, KnowsWhatADirectoryIs) {
  const SourceMap map(SourceSpec("maildir:/srv/mail/%d/%n/Maildir"));
  const std::pair<const char*, const char*> cases[] = {
      {"/", "above"},
      {"/srv", "above"},
      {"/srv/mail", "above"},
      {"/srv/mail/example.com", "above"},
      {"/srv/mail/example.com/alice", "home alice@example.com"},
      {"/srv/mail/example.com/alice/sieve", "home alice@example.com sieve"},
      {"/srv/mail/example.com/alice/sieve/old", "home alice@example.com sieve/old"},
      {"/srv/mail/example.com/alice/sieves", "nowhere"},
      {"/srv/mail/example.com/alice/Maildir", "mail alice@example.com"},
      {"/srv/mail/example.com/alice/Maildir/cur", "mail alice@example.com cur"},
      {"/srv/mail/example.com/alice/Maildir/.Sent/new", "mail alice@example.com .Sent/new"},
      {"/srv/mail/example.com/alice/Other/cur", "nowhere"},
      {"/srv/mail/.hidden/alice/Maildir", "nowhere"},
      {"/srv/mailbox", "nowhere"},
      {"/var", "nowhere"},
  };
  for (const auto& [directory, want] : cases) EXPECT_EQ(shown(map.locate(directory)), want) << directory;
}

TEST(SourceMap, KnowsControlDirectories) {
  const SourceMap map(SourceSpec("maildir:/srv/mail/%u:CONTROL=/var/control/%u"));
  EXPECT_EQ(shown(map.locate("/srv/mail/bob")), "mail bob");
  EXPECT_EQ(shown(map.locate("/var/control/bob/.INBOX")), "control bob .INBOX");
  EXPECT_EQ(shown(map.locate("/var/control")), "above");
  EXPECT_EQ(map.roots(), (std::vector<std::string>{"/srv/mail", "/var/control"}));
}

TEST(SourceMap, OneDirectoryIsWatchedForWhatStandsInIt) {
  EXPECT_EQ(SourceMap(SourceSpec("maildir:/srv/%u/mail:CONTROL=/srv/%u/control")).roots(),
            (std::vector<std::string>{"/srv"}));
}

TEST(SourceMap, KnowsAMailboxWithoutVariables) {
  const SourceMap map(SourceSpec("maildir:/home/joe/Maildir"));
  EXPECT_EQ(shown(map.locate("/home/joe/Maildir/cur")), "mail joe cur");
  EXPECT_EQ(shown(map.locate("/home/joe")), "above");
  EXPECT_EQ(map.roots(), (std::vector<std::string>{"/home/joe"}));
}

TEST(SourceMap, WhatIsNotDeliveredOrBeingDeletedDoesNotMatter) {
  const SourceMap map(SourceSpec("maildir:/srv/mail/%u"));
  EXPECT_TRUE(map.matters("/srv/mail/bob/cur"));
  EXPECT_TRUE(map.matters("/srv/mail/bob/.tmp.Folder"));
  EXPECT_FALSE(map.matters("/srv/mail/bob/tmp"));
  EXPECT_FALSE(map.matters("/srv/mail/bob/.Sent/tmp"));
  EXPECT_FALSE(map.matters("/srv/mail/bob/..DOVECOT-TRASHED/cur"));
  EXPECT_FALSE(map.matters("/srv/mail/bob/a/b/tmp/c"));
  EXPECT_FALSE(map.matters("/var"));
}

}  // namespace
}  // namespace yestermail
