// SPDX-License-Identifier: GPL-3.0-or-later
// Many changes at once, while the watcher reads: whatever is there in the end was told of.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "tests/contract/watcher_rig.h"

namespace yestermail::test {
namespace {

using std::chrono::milliseconds;
namespace fs = std::filesystem;

class WatcherStorm : public testing::TestWithParam<WatchMethod> {
 protected:
  void SetUp() override {
    if (GetParam() != WatchMethod::kFanotify) return;
    if (const auto why = why_no_fanotify(); !why.empty()) GTEST_SKIP() << why;
  }

  /// Runs `work` in threads while this one reads hints.
  template <class Work>
  void read_while(int threads, const Work& work) {
    std::atomic<int> running{threads};
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i) {
      workers.emplace_back([&, i] {
        work(i);
        --running;
      });
    }
    bool there = true;
    while (running > 0 && there) there = tree.watcher().wait(milliseconds(5), tree.hints.sink());
    for (auto& worker : workers) worker.join();
    ASSERT_TRUE(there);
    ASSERT_TRUE(tree.collect());
  }

  /// Files below the root that no hint told of.
  [[nodiscard]] std::set<std::string> untold(const std::set<std::string>& known = {}) const {
    // As cover() does, but a table for what is named itself: there are thousands.
    std::set<std::string> named;
    std::set<std::string> below;
    for (const auto& hint : tree.hints.all()) {
      const auto path = hint.name.empty() ? hint.directory : hint.directory + "/" + hint.name;
      (hint.name.empty() || hint.is_directory ? below : named).insert(path);
    }
    const auto is_told = [&](const std::string& file) {
      if (named.contains(file)) return true;
      for (auto path = file; path.size() > 1; path = path.substr(0, path.rfind('/')))
        if (below.contains(path)) return true;
      return false;
    };
    std::set<std::string> left;
    for (const auto& entry : fs::recursive_directory_iterator(tree.root())) {
      const auto path = entry.path().string();
      if (entry.is_regular_file() && path.find("/tmp/") == std::string::npos && !known.contains(path) && !is_told(path))
        left.insert(path);
    }
    return left;
  }

  WatchedTree tree{GetParam()};
};

TEST_P(WatcherStorm, TellsOfEveryNameThatDiffersAfterFiveThousandRenames) {
  make_maildir(tree / "a");
  for (int i = 0; i < 100; ++i) write_file(tree / "a/cur/" + std::to_string(i));
  tree.start();
  std::set<std::string> before;
  for (const auto& entry : fs::directory_iterator(tree / "a/cur")) before.insert(entry.path());
  read_while(1, [&](int) {
    std::mt19937 random(7);
    std::vector<std::string> names(before.begin(), before.end());
    for (int i = 0; i < 5000; ++i) {
      auto& name = names[random() % names.size()];
      const auto flags = std::string(":2,") + (random() % 2 == 0 ? "S" : "F");
      const auto next = name.substr(0, name.find(':')) + flags;
      rename_path(name, next);
      name = next;
    }
  });
  for (const auto& entry : fs::directory_iterator(tree / "a/cur")) {
    if (!before.contains(entry.path())) {
      EXPECT_TRUE(tree.hints.cover(entry.path())) << entry.path();
    }
    before.erase(entry.path());
  }
  for (const auto& gone : before) EXPECT_TRUE(tree.hints.cover(gone)) << gone;
}

TEST_P(WatcherStorm, LosesNoDeliveryIntoFreshDirectories) {
  tree.start();
  read_while(4, [&](int thread) {
    for (int i = 0; i < 25; ++i) {
      const auto home = tree / "u" + std::to_string(thread) + "/" + std::to_string(i);
      make_maildir(home);
      for (int mail = 0; mail < 5; ++mail) deliver(home, std::to_string(mail));
    }
  });
  EXPECT_TRUE(untold().empty()) << *untold().begin();
  // And told by name, where they are not polled: whoever looks at names alone has them all.
  if (GetParam() == WatchMethod::kPolling || tree.hints.missed()) return;
  std::size_t delivered = 0;
  for (const auto& entry : fs::recursive_directory_iterator(tree.root())) {
    if (!entry.is_regular_file()) continue;
    ++delivered;
    EXPECT_TRUE(tree.hints.name(entry.path())) << entry.path();
  }
  EXPECT_EQ(delivered, 500U);
}

TEST_P(WatcherStorm, LosesNothingWhileFoldersAreMovedAboutBelowIt) {
  for (int i = 0; i < 4; ++i) make_maildir(tree / "f" + std::to_string(i));
  tree.start();
  fs::create_directory(tree.outside() + "/away");
  read_while(4, [&](int thread) {
    std::mt19937 random(static_cast<unsigned>(thread) + 1);
    std::error_code ignored;
    for (int i = 0; i < 300; ++i) {
      const auto from = tree / "f" + std::to_string(random() % 6);
      const auto to = random() % 8 == 0   ? tree.outside() + "/away/f" + std::to_string(random() % 3)
                      : random() % 8 == 0 ? tree / "f" + std::to_string(random() % 6) + "/sub"
                                          : tree / "f" + std::to_string(random() % 6);
      switch (random() % 5) {
        case 0: fs::rename(from, to, ignored); break;
        case 1: fs::rename(tree.outside() + "/away/f" + std::to_string(random() % 3), from, ignored); break;
        case 2: fs::create_directories(from + "/cur", ignored); break;
        case 3:
          if (random() % 4 == 0) fs::remove_all(from, ignored);
          break;
        default: {
          const auto path = from + "/cur/" + std::to_string(thread) + "." + std::to_string(i);
          std::FILE* file = std::fopen(path.c_str(), "w");
          if (file != nullptr) std::fclose(file);
        }
      }
    }
  });
  EXPECT_TRUE(untold().empty()) << *untold().begin();

  // And it knows its way about: each directory that is there now is watched under its name.
  std::set<std::string> known;
  std::vector<std::string> directories;
  for (const auto& entry : fs::recursive_directory_iterator(tree.root())) {
    if (entry.is_regular_file()) known.insert(entry.path());
    if (entry.is_directory() && matters_here(entry.path())) directories.push_back(entry.path());
  }
  tree.hints.clear();
  for (const auto& directory : directories) write_file(directory + "/probe");
  ASSERT_TRUE(tree.collect());
  EXPECT_TRUE(untold(known).empty()) << *untold(known).begin();
}

INSTANTIATE_TEST_SUITE_P(AllOfThem, WatcherStorm,
                         testing::Values(WatchMethod::kFanotify, WatchMethod::kInotify, WatchMethod::kPolling),
                         name_of_instance);

}  // namespace
}  // namespace yestermail::test
