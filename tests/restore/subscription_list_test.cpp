// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/subscription_list.h"

#include <gtest/gtest.h>

namespace yestermail {
namespace {

TEST(SubscriptionList, BeginsAsVersion2) {
  EXPECT_EQ(with_subscription("", "maildir++", ".A.R&-D"), "V\t2\n\nA\tR&-D\n");
  EXPECT_EQ(with_subscription("", "fs", "A/b.c"), "V\t2\n\nA\tb.c\n");
}

TEST(SubscriptionList, AddsAsTheFileIsWritten) {
  EXPECT_EQ(with_subscription("V\t2\n\nA\n", "maildir++", ".B.C"), "V\t2\n\nA\nB\tC\n");
  EXPECT_EQ(with_subscription("A\nB", "maildir++", ".B.C"), "A\nB\nB.C\n");
  EXPECT_EQ(with_subscription("A\n", "fs", "B/C"), "A\nB/C\n");
}

TEST(SubscriptionList, KeepsWhatIsSubscribedAlready) {
  EXPECT_FALSE(with_subscription("V\t2\n\nB\tC\nA\n", "maildir++", ".B.C"));
  EXPECT_FALSE(with_subscription("B.C", "maildir++", ".B.C"));
}

}  // namespace
}  // namespace yestermail
