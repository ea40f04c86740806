// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/maildir_name.h"

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

TEST(MaildirName, MessagesAreInTwoOfTheThreeDirectoriesOfAFolder) {
  for (const auto* name : {"cur", "new"}) {
    EXPECT_TRUE(is_message_directory(name)) << name;
    EXPECT_TRUE(is_folder_part(name)) << name;
  }
  EXPECT_FALSE(is_message_directory("tmp"));
  EXPECT_TRUE(is_folder_part("tmp"));
  for (const auto* name : {"", "Cur", ".cur", "curious"}) EXPECT_FALSE(is_folder_part(name)) << name;
}

}  // namespace
}  // namespace yestermail
