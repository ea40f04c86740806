// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/posix_filesystem.h"
#include "fs/tree.h"
#include "store/store.h"
#include "tests/fs/damage.h"
#include "tests/support/recording_log.h"
#include "tests/support/store_script.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {

/// A real store in a directory of its own, with the tree that a mount of it shows. Time passes only by hours().
class TreeTest : public testing::Test {
 protected:
  struct Found {
    Node node;
    std::string bytes;
  };
  using Walk = std::map<std::string, Found>;

  TreeTest() {
    create_store(world(), store_path(), {});
    recorder_ = open_recorder(world(), store_path());
    open_tree();
  }

  StoreWorld world() { return {disk_, clock_, log_}; }
  [[nodiscard]] std::string store_path() const { return directory_ / "store"; }

  void open_tree(TreeSettings settings = {}) {
    tree_ = std::make_unique<Tree>(recorder_->view(), clock_, log_, settings);
  }

  /// Does it an hour after what was before; the instant that it got.
  Instant record(const StoreStep& step) {
    clock_.advance_seconds(3600);
    perform(*recorder_, step);
    return recorder_->view().last_instant();
  }
  Instant record(std::string account, std::vector<Edit> edits) {
    return record({StoreStep::Kind::kRecord, std::move(account), std::move(edits)});
  }

  /// An account with the folders INBOX and .Work, and so many mails in the one.
  void make_account(const std::string& name, int mails = 2) {
    record({StoreStep::Kind::kAddAccount, name});
    std::vector<Edit> edits{put_directory(name, "")};
    for (const auto* path : {"cur", "new", "tmp", ".Work", ".Work/cur", ".Work/new"}) {
      edits.push_back(put_directory(name, path));
    }
    for (int i = 0; i < mails; ++i) {
      edits.push_back(put_mail(name, "cur/" + std::to_string(i) + ":2,S", "mail " + std::to_string(i)));
    }
    record(name, edits);
  }

  /// Some hundred mails in cur/, enough for a pack, of which then a few bytes are damaged; the store is opened anew.
  /// What each held, by name.
  std::map<std::string, std::string> make_damaged_account(const std::string& name) {
    make_account(name, 0);
    tree_.reset();
    auto mails = take_in_mails(*recorder_, name);
    recorder_.reset();
    damage_packs(store_path());
    recorder_ = open_recorder(world(), store_path());
    log_.clear();
    open_tree();
    return mails;
  }

  /// The node of a path, each part looked up.
  std::optional<Node> find(std::string_view path) {
    auto node = tree_->node(kRootNode);
    while (node && !path.empty()) {
      const auto slash = std::min(path.find('/'), path.size());
      node = tree_->lookup(node->id, path.substr(0, slash)).node;
      path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return node;
  }

  std::string read(NodeId id, std::size_t piece = 1U << 20U) {
    std::string all;
    std::vector<std::byte> buffer(piece);
    for (;;) {
      const auto got = tree_->read(id, all.size(), buffer);
      if (got == 0) return all;
      all += as_text({buffer.data(), got});
    }
  }

  struct Listed {
    std::string name;
    Node node;
    std::uint64_t cursor = 0;
  };

  /// All entries, `piece` at a time, each time resumed from the last cursor.
  std::vector<Listed> list(NodeId directory, std::size_t piece = 1000) {
    std::vector<Listed> all;
    const auto pinned = tree_->present();
    for (std::uint64_t cursor = 0;;) {
      std::size_t taken = 0;
      EXPECT_TRUE(tree_->list(directory, pinned, cursor, [&](const Entry& entry) {
        if (taken == piece) return false;
        EXPECT_GT(entry.cursor, cursor);
        cursor = entry.cursor;
        ++taken;
        all.push_back({std::string(entry.name), entry.node, entry.cursor});
        return true;
      }));
      if (taken == 0) return all;
    }
  }

  static bool is_dots(const std::string& name) { return name == "." || name == ".."; }

  /// Everything below a directory, by path.
  Walk walk(NodeId directory, const std::string& prefix = "") {
    Walk all;
    for (const auto& [name, node, cursor] : list(directory)) {
      if (is_dots(name)) continue;
      const bool is_new = all.emplace(prefix + name, Found{node, {}}).second;
      EXPECT_TRUE(is_new) << prefix << name << " is there twice";
      if (node.attributes.directory) {
        all.merge(walk(node.id, prefix + name + "/"));
      } else {
        all.at(prefix + name).bytes = read(node.id);
      }
    }
    return all;
  }
  Walk walk(std::string_view path) {
    const auto node = find(path);
    EXPECT_TRUE(node) << path;
    return node ? walk(node->id) : Walk{};
  }

  static std::vector<std::string> names(const Walk& walk) {
    std::vector<std::string> all;
    for (const auto& [path, found] : walk) all.push_back(path);
    return all;
  }

  TempDirectory directory_;
  PosixFilesystem disk_;
  TestClock clock_;
  RecordingLog log_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Tree> tree_;
};

}  // namespace yestermail::test
