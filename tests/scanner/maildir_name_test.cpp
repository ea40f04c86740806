// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/maildir/maildir_name.h"

#include <gtest/gtest.h>

namespace yestermail {
namespace {

TEST(MaildirName, BaseEndsAtTheFirstColon) {
  EXPECT_EQ(maildir_base("1795387058.M9P2.vm,S=3,W=4:2,FS"), "1795387058.M9P2.vm,S=3,W=4");
  EXPECT_EQ(maildir_base("a:b:2,S"), "a");
  EXPECT_EQ(maildir_base("no-flags"), "no-flags");
}

TEST(MaildirName, ANameThatBeginsWithAColonStandsForItself) {
  EXPECT_EQ(maildir_base(":2,S"), ":2,S");
  EXPECT_EQ(maildir_base(":2,F"), ":2,F");
  EXPECT_EQ(maildir_base(""), "");
}

TEST(MaildirName, FlagsFollowTheLastColonIfTheyAreOfVersionTwo) {
  EXPECT_EQ(maildir_flags("a:2,FS"), "FS");
  EXPECT_EQ(maildir_flags("a:2,"), "");
  EXPECT_EQ(maildir_flags("a:2,S:2,T"), "T");
  EXPECT_EQ(maildir_flags("a:2,ZZZZ"), "ZZZZ");
  EXPECT_EQ(maildir_flags("a:2,Sab,X=1"), "Sab");
  EXPECT_EQ(maildir_flags("a:1,S"), "");
  EXPECT_EQ(maildir_flags("a:S"), "");
  EXPECT_EQ(maildir_flags("a"), "");
}

TEST(MaildirName, AmongMessagesOnlyALeadingDotIsSkipped) {
  EXPECT_TRUE(is_skipped_file(".1795387058.M9P2.XyZ1", true));
  EXPECT_TRUE(is_skipped_file(".nfs0000001", true));
  for (const auto* name : {"a.lock", "b.tmp", "temp.1", "maildirsize", "dovecot.index.cache", "\x1b[2J", "\xff"}) {
    EXPECT_FALSE(is_skipped_file(name, true)) << name;
  }
}

TEST(MaildirName, LocksCachesAndFilesInTheMakingAreSkipped) {
  for (const auto* name :
       {"dovecot-uidlist.lock", "dovecot-uidlist.tmp", "dovecot.index.log.newlock", "temp.1.2.host", ".temp.1.2.host",
        "dovecot.index.cache", "dovecot.list.index", "dovecot.list.index.log.2", "dovecot-acl-list",
        "dovecot.mailbox.log", "dovecot.mailbox.log.2", "dovecot-uidvalidity", "dovecot-uidvalidity.6543a",
        "maildirsize", "mailboxes.lock", "mailboxes.lock0123456789abcdef", ".nfs00000000012"}) {
    EXPECT_TRUE(is_skipped_file(name, false)) << name;
  }
}

TEST(MaildirName, WhatAMailboxIsMadeOfIsKept) {
  for (const auto* name : {"dovecot-uidlist", "dovecot-keywords", "subscriptions", "dovecot-acl", "dovecot-attributes",
                           "dovecot-shared", "maildirfolder", "dovecot.index", "dovecot.index.log",
                           "dovecot.index.log.2", ".dovecot.sieve", "locks", ".x"}) {
    EXPECT_FALSE(is_skipped_file(name, false)) << name;
  }
}

TEST(MaildirName, OnlyTheTrashOfDeletedFoldersIsNoDirectoryOfAMailbox) {
  EXPECT_TRUE(is_skipped_directory("..DOVECOT-TRASHED"));
  EXPECT_TRUE(is_skipped_directory("..DOVECOT-TrasH"));
  for (const auto* name : {".Trash", "..foo", ".a.lock", ".x.tmp", ".temp.2024", "cur", "tmp"}) {
    EXPECT_FALSE(is_skipped_directory(name)) << name;
  }
}

}  // namespace
}  // namespace yestermail
