// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <random>
#include <thread>
#include <utility>

#include "tests/scanner/live_driver.h"
#include "tests/support/campaign_setting.h"

namespace yestermail {
namespace {

using namespace test;
namespace fs = std::filesystem;

/// A mailbox and its owner, and the hints that a watcher would give of what he does.
class Owner {
 public:
  Owner(ScanWorld& world, std::uint64_t seed) : world_(world), random_(seed) {
    for (const auto* folder : {".Sent", ".Trash"}) world_.box().make_folder(folder);
    for (int i = 0; i < 12; ++i) deliver();
    hints.clear();
  }

  void act() {
    switch (random_() % 10) {
      case 0:
      case 1: return deliver();
      case 2: return with_message([this](auto& message) { move_by_link(message); });
      case 3: return with_message([this](auto& message) { move_by_rename(message); });
      case 4: return with_message([this](auto& message) { remove(message); });
      default: return with_message([this](auto& message) { flag(message); });
    }
  }

  /// The items of messages that were never moved, by base name.
  std::map<std::string, ItemId> faithful() {
    std::map<std::string, ItemId> items;
    for (const auto& message : messages_) {
      if (!message.moved) items[message.base] = world_.item(message.directory + "/" + message.name);
    }
    return items;
  }

  std::vector<Look> hints;

 private:
  struct Message {
    std::string base;
    std::string directory;
    std::string name;
    bool moved = false;
  };

  [[nodiscard]] std::string path(const std::string& directory, const std::string& name) const {
    return world_.alice() + "/" + directory + "/" + name;
  }
  std::string some_folder() {
    const char* const folders[] = {"", ".Sent/", ".Trash/"};
    return folders[random_() % 3];
  }
  template <class Work>
  void with_message(const Work& work) {
    if (!messages_.empty()) work(messages_[random_() % messages_.size()]);
  }
  void deliver() {
    Message message;
    message.base = std::to_string(1000 + ++count_) + ".M";
    message.directory = some_folder() + "new";
    message.name = message.base;
    write(path(message.directory, message.name), sample_mail(random_(), 500));
    hints.push_back({message.directory, message.name});
    messages_.push_back(message);
  }
  void go_to(Message& message, const std::string& directory, const std::string& name) {
    hints.push_back({message.directory, message.name});
    hints.push_back({directory, name});
    message.directory = directory;
    message.name = name;
  }
  void flag(Message& message) {
    const auto slash = message.directory.rfind('/');
    const auto cur = (slash == std::string::npos ? "" : message.directory.substr(0, slash + 1)) + "cur";
    const char* const flags[] = {"", "S", "FS", "RS", "S"};
    const auto name = message.base + ":2," + flags[random_() % 5];
    fs::rename(path(message.directory, message.name), path(cur, name));
    go_to(message, cur, name);
  }
  void move_by_link(Message& message) {
    const auto directory = some_folder() + "cur";
    const auto name = message.base + ":2,S";
    if (fs::exists(path(directory, name)) || same_folder(directory, message.directory)) return;
    fs::create_hard_link(path(message.directory, message.name), path(directory, name));
    fs::remove(path(message.directory, message.name));
    go_to(message, directory, name);
    message.moved = true;
  }
  void move_by_rename(Message& message) {
    const auto directory = some_folder() + "cur";
    const auto name = message.base + ":2,S";
    if (same_folder(directory, message.directory)) return;
    fs::rename(path(message.directory, message.name), path(directory, name));
    go_to(message, directory, name);
    message.moved = true;
  }
  void remove(const Message& message) {
    fs::remove(path(message.directory, message.name));
    hints.push_back({message.directory, message.name});
    messages_.erase(messages_.begin() + (&message - messages_.data()));
  }
  static bool same_folder(const std::string& a, const std::string& b) {
    return fs::path(a).parent_path() == fs::path(b).parent_path();
  }

  ScanWorld& world_;
  std::mt19937_64 random_;
  std::vector<Message> messages_;
  int count_ = 0;
};

struct HintStream : testing::TestWithParam<int> {};

/// Hints in the order of what happened, merged, told twice, in any pieces: each message stays the item that it is.
TEST_P(HintStream, AMessageStaysTheItemThatItIs) {
  const auto seed = static_cast<std::uint64_t>(GetParam());
  ScanWorld world;
  Owner owner(world, seed);
  world.scan_exactly();
  const auto before = owner.faithful();
  LiveDriver driver(world);
  std::mt19937_64 random(seed * 55);
  std::deque<Look> waiting;
  const auto hand_out = [&](std::size_t count) {
    std::vector<Look> now;
    for (; count > 0 && !waiting.empty(); --count) {
      now.push_back(waiting.front());
      waiting.pop_front();
    }
    if (random() % 2 == 0) now.insert(now.end(), now.begin(), now.end());
    driver.look(std::move(now), waiting.empty());
    if (waiting.empty()) driver.pass_fences();
  };
  for (int i = 0; i < 60; ++i) {
    owner.act();
    for (auto& hint : std::exchange(owner.hints, {})) {
      if (std::ranges::find(waiting, hint) == waiting.end()) waiting.push_back(hint);  // As the kernel merges.
    }
    if (random() % 3 == 0) hand_out(1 + random() % 6);
  }
  while (!waiting.empty()) hand_out(8);
  driver.settle();
  world.expect_store_is_disk();
  for (const auto& [base, item] : owner.faithful()) {
    const auto known = before.find(base);
    if (known == before.end()) continue;
    EXPECT_EQ(item, known->second) << base << " was taken for another message on the way";
  }
}

/// Hints in any order, any number of times, in any pieces, at any time after what they tell of.
TEST_P(HintStream, AnyOrderMergingAndRepetitionEndsInWhatIsThere) {
  const auto seed = static_cast<std::uint64_t>(GetParam());
  ScanWorld world;
  Owner owner(world, seed);
  world.scan_exactly();
  LiveDriver driver(world);
  std::mt19937_64 random(seed * 77);
  std::vector<Look> waiting;
  const auto hand_out = [&](std::size_t count) {
    std::shuffle(waiting.begin(), waiting.end(), random);
    count = std::min(count, waiting.size());
    std::vector<Look> now(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
    if (random() % 2 == 0) now.insert(now.end(), now.begin(), now.end());  // Told twice.
    // What was told is not always forgotten: it may come once more.
    if (random() % 4 != 0) waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
    const bool all = waiting.empty();
    driver.look(std::move(now), all);
    if (all) driver.pass_fences();
  };
  for (int i = 0; i < 60; ++i) {
    owner.act();
    waiting.insert(waiting.end(), owner.hints.begin(), owner.hints.end());
    owner.hints.clear();
    if (random() % 3 == 0) hand_out(1 + random() % 6);
    if (random() % 20 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(60));
  }
  while (!waiting.empty()) hand_out(8);
  driver.settle();
  EXPECT_FALSE(driver.wants_reconcile);
  world.expect_store_is_disk();
}

/// Hints that never come: a look through the account finds what they would have told.
TEST_P(HintStream, LossIsMadeGoodByTheNextScan) {
  const auto seed = static_cast<std::uint64_t>(GetParam());
  ScanWorld world;
  Owner owner(world, seed);
  world.scan_exactly();
  LiveDriver driver(world);
  std::mt19937_64 random(seed * 99);
  for (int i = 0; i < 60; ++i) {
    owner.act();
    std::erase_if(owner.hints, [&](const Look&) { return random() % 3 == 0; });
    if (random() % 2 == 0) driver.look(std::exchange(owner.hints, {}));
  }
  driver.settle();
  world.scan_exactly();
}

INSTANTIATE_TEST_SUITE_P(Seeds, HintStream, testing::Range(1, static_cast<int>(for_this_build(6, 21))));

}  // namespace
}  // namespace yestermail
