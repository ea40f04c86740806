// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/member_place.h"

#include <gtest/gtest.h>

#include <string>

namespace yestermail::test {
namespace {

using Part = MemberPlace::Part;

TEST(MemberPlace, IsOneOfThoseOfTheDocumentedShapes) {
  const auto expect = [](const std::string& path, Part part, const std::string& directory, const std::string& below) {
    const auto place = place_of_member(path);
    ASSERT_TRUE(place) << path;
    EXPECT_EQ(place->part, part) << path;
    EXPECT_EQ(place->directory, directory) << path;
    EXPECT_EQ(place->path, below) << path;
  };
  expect("export.json", Part::kText, "", "export.json");
  expect("accounts/a", Part::kDirectory, "accounts/a", "");
  expect("accounts/a/account.json", Part::kRecord, "accounts/a", "");
  expect("accounts/a/maildir/", Part::kTree, "accounts/a", "");
  expect("accounts/a/maildir/.Sub/cur/mail:2,S", Part::kTree, "accounts/a", ".Sub/cur/mail:2,S");
  expect("accounts/a/home/.dovecot.sieve", Part::kTree, "accounts/a", "@home/.dovecot.sieve");
  expect("accounts/a/control/", Part::kTree, "accounts/a", "@control");
  expect("ended/a~1234/history.jsonl", Part::kHistory, "ended/a~1234", "");
  expect("accounts/a/blobs/ab/abcd", Part::kBlob, "accounts/a", "");
}

TEST(MemberPlace, IsNoneWhereAPathLeadsElsewhere) {
  for (const auto& path :
       {"", "/", "/etc/passwd", "/accounts/a/maildir/cur/x", "accounts/a/maildir/../../../x", "accounts/../maildir/x",
        "accounts/./maildir/x", "accounts//maildir/x", "accounts/a/maildir//x", "../accounts/a/maildir/x", "loose",
        "others/a/maildir/x", "accounts/a/elsewhere/x", "accounts/a/account.json/x", "accounts/a/maildir/@home/x",
        "accounts/a/maildir/@control", "accounts/a/blobs/ab/abcd/more", "accounts/a/maildir/x//"}) {
    EXPECT_FALSE(place_of_member(path)) << path;
  }
  EXPECT_FALSE(place_of_member(std::string("accounts/a/maildir/nul\0", 23)));
  EXPECT_FALSE(place_of_member("accounts/a/maildir/" + std::string(256, 'x')));
  std::string deep = "accounts/a/maildir";
  while (deep.size() < 6000) deep += "/x";
  EXPECT_FALSE(place_of_member(deep));
}

}  // namespace
}  // namespace yestermail::test
