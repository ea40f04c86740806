// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/maildir/skipped_names.h"

#include <gtest/gtest.h>

namespace yestermail {
namespace {

TEST(SkippedNames, AmongMessagesOnlyALeadingDotIsSkipped) {
  EXPECT_TRUE(is_skipped_file(".1795387058.M9P2.XyZ1", true));
  EXPECT_TRUE(is_skipped_file(".nfs0000001", true));
  for (const auto* name : {"a.lock", "b.tmp", "temp.1", "maildirsize", "dovecot.index.cache", "\x1b[2J", "\xff"}) {
    EXPECT_FALSE(is_skipped_file(name, true)) << name;
  }
}

TEST(SkippedNames, LocksCachesAndFilesInTheMakingAreSkipped) {
  for (const auto* name :
       {"dovecot-uidlist.lock", "dovecot-uidlist.tmp", "dovecot.index.log.newlock", "temp.1.2.host", ".temp.1.2.host",
        "dovecot.index.cache", "dovecot.list.index", "dovecot.list.index.log.2", "dovecot-acl-list",
        "dovecot.mailbox.log", "dovecot.mailbox.log.2", "dovecot-uidvalidity", "dovecot-uidvalidity.6543a",
        "maildirsize", "mailboxes.lock", "mailboxes.lock0123456789abcdef", ".nfs00000000012"}) {
    EXPECT_TRUE(is_skipped_file(name, false)) << name;
  }
}

TEST(SkippedNames, WhatAMailboxIsMadeOfIsKept) {
  for (const auto* name : {"dovecot-uidlist", "dovecot-keywords", "subscriptions", "dovecot-acl", "dovecot-attributes",
                           "dovecot-shared", "maildirfolder", "dovecot.index", "dovecot.index.log",
                           "dovecot.index.log.2", ".dovecot.sieve", "locks", ".x"}) {
    EXPECT_FALSE(is_skipped_file(name, false)) << name;
  }
}

TEST(SkippedNames, OnlyTheTrashOfDeletedFoldersIsNoDirectoryOfAMailbox) {
  EXPECT_TRUE(is_skipped_directory("..DOVECOT-TRASHED"));
  EXPECT_TRUE(is_skipped_directory("..DOVECOT-TrasH"));
  for (const auto* name : {".Trash", "..foo", ".a.lock", ".x.tmp", ".temp.2024", "cur", "tmp"}) {
    EXPECT_FALSE(is_skipped_directory(name)) << name;
  }
}

}  // namespace
}  // namespace yestermail
