// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "base/error.h"
#include "base/instant_text.h"
#include "tests/fs/tree_fixture.h"
#include "tests/support/people.h"

namespace yestermail::test {
namespace {

using ExactTree = TreeTest;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

TEST_F(ExactTree, ShowsEveryAccountAsItWasAtEveryInstant) {
  std::map<Instant, ShownStore> rounds;
  ShownStore shown;
  for (const auto& script : {bulk_script(), live_script()}) {
    for (const auto& step : script) {
      shown = after(shown, step);
      rounds[record(step)] = shown;
    }
  }
  for (const auto& [at, accounts] : rounds) {
    const auto time = "maildir/at/" + instant_text(at);
    const auto listed = list(find(time)->id);
    EXPECT_EQ(listed.size(), accounts.size() + 2) << time;
    for (const auto& [name, entries] : accounts) {
      const auto root = find(time + "/" + name);
      ASSERT_TRUE(root) << time << " " << name;
      auto found = walk(root->id);
      if (entries.count("") != 0) found[""] = {*root, ""};
      ASSERT_EQ(found.size(), entries.size()) << time << " " << name;
      for (const auto& [path, want] : entries) {
        ASSERT_EQ(found.count(path), 1U) << time << " " << name << " " << path;
        const auto& [node, bytes] = found.at(path);
        EXPECT_EQ(node.attributes.directory, want.kind == EntryKind::kDirectory);
        EXPECT_EQ(node.attributes.mode, want.mode);
        EXPECT_EQ(node.attributes.uid, want.uid);
        EXPECT_EQ(node.attributes.gid, want.gid);
        EXPECT_EQ(node.attributes.mtime_ns, want.mtime_ns);
        EXPECT_EQ(bytes, want.bytes) << path;
        EXPECT_EQ(node.attributes.size, want.bytes.size());
      }
    }
  }
  EXPECT_TRUE(log_.lines().empty());
}

TEST_F(ExactTree, HidesWhatIsBesideTheMaildir) {
  make_account(kAlice, 1);
  record(kAlice, {put_directory(kAlice, "@home"), put_directory(kAlice, "@control"),
                  put_mail(kAlice, "@control/dovecot-uidlist", "3 V1 N2"), put_directory(kAlice, ".Work/@home")});
  const auto all = names(walk("maildir/latest/" + kAlice));
  EXPECT_THAT(all, Not(Contains("@home")));
  EXPECT_THAT(all, Not(Contains("@control")));
  EXPECT_THAT(all, Contains(".Work/@home"));
  EXPECT_FALSE(find("maildir/latest/" + kAlice + "/@home"));
  EXPECT_THAT(names(walk("maildir/latest/" + kAlice + "/@control")), ElementsAre("dovecot-uidlist"))
      << "for who serves the past: never listed, always there";
  EXPECT_FALSE(find("latest/" + kAlice + "/@control"));
}

TEST_F(ExactTree, LeavesOutWhatNoFileCanBeNamed) {
  make_account(kAlice, 1);
  const auto account = recorder_->view().account_named(kAlice, kForever)->number;
  const auto cur = recorder_->view().lookup(account, kRootItem, "cur", kForever)->item;
  for (const auto& name : {std::string("a/b"), std::string(".."), std::string("."), std::string(),
                           std::string(300, 'x'), std::string("nul\0", 4)}) {
    Put put;
    put.item = recorder_->new_item(account);
    put.state.kind = EntryKind::kDirectory;
    put.state.parent = cur;
    put.state.name = name;
    try {
      recorder_->record(account, std::vector<Change>{put}, {});
    } catch (const Error&) {  // As well if the store takes no such name.
    }
  }
  EXPECT_THAT(names(walk("maildir/latest/" + kAlice + "/cur")), ElementsAre("0:2,S"));
}

TEST_F(ExactTree, HasNoServerDirectory) {
  make_account(kAlice, 1);
  EXPECT_FALSE(find("maildir/latest/@server"));
  EXPECT_EQ(list(find("maildir/latest")->id).size(), 3U);
}

TEST_F(ExactTree, LeadsTheSameWayByLookupAsByListing) {
  for (const auto& step : bulk_script()) record(step);
  const auto check = [&](auto& self, NodeId directory) -> void {
    for (const auto& [name, node, cursor] : list(directory)) {
      const auto found = tree_->lookup(directory, name).node;
      ASSERT_TRUE(found) << name;
      EXPECT_EQ(found->id, node.id) << name;
      if (is_dots(name)) continue;
      EXPECT_EQ(found->entry, node.entry);
      const auto again = tree_->node(node.id);
      ASSERT_TRUE(again);
      EXPECT_EQ(again->attributes.size, node.attributes.size);
      EXPECT_EQ(again->attributes.mode, node.attributes.mode);
      EXPECT_EQ(again->attributes.mtime_ns, node.attributes.mtime_ns);
      if (!node.attributes.directory) continue;
      EXPECT_EQ(tree_->lookup(node.id, "..").node->id, directory) << name;
      self(self, node.id);
    }
  };
  check(check, find("maildir")->id);
}

TEST_F(ExactTree, HasAnEmptyDirectoryForAnAccountWithoutARoot) {
  record({StoreStep::Kind::kAddAccount, kAlice});
  const auto root = find("maildir/latest/" + kAlice);
  ASSERT_TRUE(root);
  EXPECT_TRUE(root->attributes.directory);
  EXPECT_EQ(list(root->id).size(), 2U);
}

}  // namespace
}  // namespace yestermail::test
