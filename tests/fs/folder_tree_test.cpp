// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/folder_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "fs/folder_names.h"
#include "fs/item_names.h"
#include "fs/modified_utf7.h"
#include "fs/node_id.h"
#include "fs/safe_text.h"

namespace yestermail {
namespace {

using Names = std::vector<std::string>;

TEST(ModifiedUtf7, DecodesWhatImapWrites) {
  EXPECT_EQ(decode_modified_utf7("Entw&APw-rfe &- x"), "Entw\xc3\xbcrfe & x");
  EXPECT_EQ(decode_modified_utf7("~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            "~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e");
  EXPECT_EQ(decode_modified_utf7("&2D3eAA-"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(decode_modified_utf7(""), "");
}

TEST(ModifiedUtf7, RefusesWhatIsNone) {
  for (const auto* raw :
       {"R&D", "&", "&AP", "&A-", "&AP!-", "&2D0-", "&3gA-", "a\xc3\xbc", "\x01", "&AP8-\x7f", "&AP,-"}) {
    EXPECT_FALSE(decode_modified_utf7(raw)) << raw;
  }
}

TEST(MaildirFolderPath, SplitsAtDots) {
  EXPECT_EQ(maildir_folder_path(".A"), (Names{"A"}));
  EXPECT_EQ(maildir_folder_path(".A.B"), (Names{"A", "B"}));
  EXPECT_EQ(maildir_folder_path(".Trash."), (Names{"Trash", ""}));
  EXPECT_EQ(maildir_folder_path("..foo"), (Names{"", "foo"}));
  EXPECT_EQ(maildir_folder_path("cur"), Names{});
  EXPECT_EQ(maildir_folder_path("."), Names{});
  EXPECT_EQ(maildir_folder_path(""), Names{});
}

TEST(MaildirFolderPath, BoundsTheDepth) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += ".x";
  EXPECT_EQ(maildir_folder_path(deep).size(), kMaxFolderDepth);
}

TEST(FolderNames, DecodesBothEncodings) {
  EXPECT_EQ(readable_folder_names({"Projects", "Caf&AOk-", "M\xc3\xbcller & S\xc3\xb6hne", "R&-D"}, {}),
            (Names{"Projects", "Caf\xc3\xa9", "M\xc3\xbcller & S\xc3\xb6hne", "R&D"}));
}

TEST(FolderNames, TellsApartWhatDecodesAlike) {
  const auto names = readable_folder_names({"Caf\xc3\xa9", "Caf&AOk-"}, {});
  EXPECT_EQ(names[1], "Caf\xc3\xa9");
  EXPECT_EQ(names[0].substr(0, 6), "Caf\xc3\xa9~");
  EXPECT_EQ(readable_folder_names({"Caf&AOk-", "Caf\xc3\xa9"}, {})[1], names[0]);
}

TEST(FolderNames, MarksWhatHadToBeChanged) {
  for (const std::string raw :
       {"a&AC8-b", "", ".", "..", "-rf", "a\nb", "x ", "x.", "\xff", "a  b", "m~k3f9.eml", "m~k3f9", "&IC4-x"}) {
    const auto text = readable_folder_names({raw}, {})[0];
    EXPECT_NE(text.find('~'), std::string::npos) << raw;
    EXPECT_TRUE(is_entry_name(text));
    EXPECT_NE(text.front(), '-');
    EXPECT_NE(text.front(), '.');
    EXPECT_EQ(text, readable_folder_names({raw, "other", text}, {})[0]) << "depends on its siblings";
  }
}

TEST(FolderNames, AreDifferentAndValidWhateverTheirBytes) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::set<std::string> raw;
    for (int i = 0; i < 30; ++i) {
      std::string text;
      for (auto n = random() % 8; n > 0; --n) {
        static constexpr std::string_view kNasty = "aA&-~.k /\xc3\xa9\n\\";
        text += random() % 8 == 0 ? static_cast<char>(random()) : kNasty[random() % kNasty.size()];
      }
      raw.insert(text);
    }
    const auto names = readable_folder_names({raw.begin(), raw.end()}, {"INBOX", "@home"});
    const std::set<std::string> unique(names.begin(), names.end());
    ASSERT_EQ(unique.size(), names.size());
    for (const auto& text : names) {
      ASSERT_TRUE(is_entry_name(text));
      ASSERT_FALSE(item_of_name(text)) << text;
    }
  }
}

TEST(FolderNames, StayWithin255Bytes) {
  std::string raw;
  while (raw.size() < 246) raw += "&IKw-";  // One euro sign.
  EXPECT_LE(readable_folder_names({raw}, {})[0].size(), 255U);
  EXPECT_LE(readable_folder_names({std::string(254, '\x01')}, {})[0].size(), 255U);
}

std::set<std::string> paths(const FolderTree& tree, std::size_t at = FolderTree::kTop, const std::string& prefix = "") {
  std::set<std::string> all;
  for (const auto child : tree.at(at).children) {
    const auto path = prefix + "/" + tree.at(child).name;
    all.insert(path);
    all.merge(paths(tree, child, path));
  }
  return all;
}

FolderPath folder(std::uint64_t item, Names levels) { return {ItemId{item}, std::move(levels)}; }

TEST(FolderTree, NestsFoldersAndMakesMissingParents) {
  const FolderTree tree({folder(9, {"A", "B"}), folder(5, {"A", "C", "D"}), folder(7, {"E"})}, true);
  EXPECT_EQ(paths(tree), (std::set<std::string>{"/INBOX", "/A", "/A/B", "/A/C", "/A/C/D", "/E"}));
  const auto a = *tree.child(FolderTree::kTop, "A");
  EXPECT_EQ(tree.at(a).item, kNoItem);
  EXPECT_EQ(tree.at(a).anchor, ItemId{5});
  EXPECT_EQ(tree.at(a).depth, 1);
  const auto c = *tree.child(a, "C");
  EXPECT_EQ(tree.at(c).anchor, ItemId{5});
  EXPECT_EQ(tree.at(c).depth, 2);
  const auto d = *tree.child(c, "D");
  EXPECT_EQ(tree.at(d).item, ItemId{5});
  EXPECT_EQ(tree.at(d).depth, 0);
  EXPECT_FALSE(tree.child(FolderTree::kTop, "B"));
}

TEST(FolderTree, FindsEveryFolderByItsId) {
  const FolderTree tree({folder(9, {"A", "B"}), folder(5, {"A", "C", "D"}), folder(7, {"E"}), folder(3, {"A"})}, true);
  std::set<std::pair<ItemId, std::uint8_t>> ids;
  for (std::size_t i = 1; i < tree.size(); ++i) {
    EXPECT_EQ(tree.find(tree.at(i).anchor, tree.at(i).depth), i);
    EXPECT_TRUE(ids.emplace(tree.at(i).anchor, tree.at(i).depth).second);
  }
  EXPECT_FALSE(tree.find(ItemId{1000}, 0));
  EXPECT_FALSE(tree.find(ItemId{9}, 9));
}

TEST(FolderTree, AnswersForAParentThatMeanwhileHasADirectory) {
  const FolderTree before({folder(9, {"A", "B"})}, false);
  const auto a = *before.child(FolderTree::kTop, "A");
  const FolderTree after({folder(9, {"A", "B"}), folder(12, {"A"}), folder(2, {"A", "Z"})}, false);
  const auto found = after.find(before.at(a).anchor, before.at(a).depth);
  ASSERT_TRUE(found);
  EXPECT_EQ(after.at(*found).name, "A");
  EXPECT_EQ(after.at(*found).item, ItemId{12});
}

TEST(FolderTree, KeepsTheNamesOfItsOwn) {
  const FolderTree tree({folder(5, {"INBOX"}), folder(6, {"@home"}), folder(7, {"INBOX", "x"})}, true);
  EXPECT_EQ(tree.at(*tree.child(FolderTree::kTop, "INBOX")).item, kRootItem);
  EXPECT_FALSE(tree.child(FolderTree::kTop, "@home"));
  EXPECT_EQ(tree.at(FolderTree::kTop).children.size(), 3U);
}

TEST(FolderTree, ListsChildrenInTheOrderOfTheirIds) {
  const FolderTree tree({folder(9, {"A"}), folder(5, {"Z"}), folder(7, {"M", "x"})}, true);
  const auto& children = tree.at(FolderTree::kTop).children;
  EXPECT_TRUE(std::is_sorted(children.begin(), children.end(), [&](auto a, auto b) {
    return std::pair(tree.at(a).anchor, tree.at(a).depth) < std::pair(tree.at(b).anchor, tree.at(b).depth);
  }));
}

}  // namespace
}  // namespace yestermail
