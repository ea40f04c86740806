// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/tree.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "base/error.h"
#include "base/instant_text.h"
#include "fs/places.h"
#include "fs/safe_text.h"
#include "tests/fs/tree_fixture.h"
#include "tests/support/people.h"

namespace yestermail::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(TreeTest, OfAnEmptyStoreHasNoTimesButNow) {
  std::vector<std::string> top;
  for (const auto& entry : list(kRootNode)) top.push_back(entry.name);
  EXPECT_THAT(
      top, ElementsAre(".", "..", "README.txt", ".status", "at", "maildir", "deleted", "history", "changes", "latest"));
  EXPECT_TRUE(find("latest"));
  EXPECT_FALSE(find("at/2020-01-01"));
}

TEST_F(TreeTest, ListsTheHoursInWhichSomethingHappened) {
  make_account(kAlice);
  clock_.advance_seconds(7200);
  for (const auto* top : {"", "maildir"}) {
    std::vector<std::string> stamps;
    for (const auto& entry : list(find(top)->id)) {
      if (entry.name.starts_with("20")) stamps.push_back(entry.name);
    }
    ASSERT_FALSE(stamps.empty());
    for (const auto& stamp : stamps) {
      const auto found = find(std::string(top) + (*top == 0 ? "" : "/") + stamp);
      ASSERT_TRUE(found) << stamp;
      EXPECT_EQ(found->entry, Lifetime::kFixed);
      EXPECT_EQ(found->attributes.mtime_ns, parse_instant(stamp, Instant{})->value * 1000);
    }
  }
}

TEST_F(TreeTest, AnswersToEverySpellingOfAnInstant) {
  make_account(kAlice);
  const auto at = recorder_->view().last_instant();
  clock_.advance_seconds(86400);
  std::set<std::uint64_t> directories;
  for (const auto& spelling :
       {instant_text(at), instant_file_name(Instant{at.value + kMicrosPerSecond}), std::string("23h-ago"),
        std::string("now"), "@" + std::to_string(at.value / kMicrosPerSecond + 1), std::string("1440min-ago")}) {
    const auto found = find("at/" + spelling);
    ASSERT_TRUE(found) << spelling;
    EXPECT_TRUE(directories.insert(found->id.value).second) << "two names of one directory: " << spelling;
    EXPECT_TRUE(find("at/" + spelling + "/" + kAlice)) << spelling;
    EXPECT_EQ(found->entry, is_relative_instant(spelling) ? Lifetime::kLive : Lifetime::kFixed) << spelling;
  }
  EXPECT_EQ(list(find("at")->id).size(), 2U);
  EXPECT_EQ(list(find("maildir/at")->id).size(), 2U);
}

TEST_F(TreeTest, DoesNotAnswerToWhatIsNoInstant) {
  make_account(kAlice);
  for (const auto* name : {"2026-13-45", "99999-01-01", "%00", "latest", "x", "2026-11-22T25", ""}) {
    EXPECT_FALSE(tree_->lookup(place_id(Place::kAt), name).node) << name;
  }
  EXPECT_FALSE(tree_->lookup(place_id(Place::kAt), std::string(4096, '2')).node);
  EXPECT_FALSE(tree_->lookup(kRootNode, "2026-11-22").node) << "only stamps stand beside latest";
}

TEST_F(TreeTest, HasNeitherTheFutureNorTheTimeBeforeHistory) {
  make_account(kAlice);
  const auto future = Instant{clock_.now().value + 10 * kMicrosPerSecond};
  const auto ahead = tree_->lookup(place_id(Place::kAt), instant_text(future));
  EXPECT_FALSE(ahead.node);
  EXPECT_EQ(ahead.absence, Lifetime::kNone) << "the kernel must ask again: it will be there";
  EXPECT_FALSE(find("at/1999"));
  EXPECT_FALSE(find("1999-01-01T00-00-00Z"));
  clock_.advance_seconds(11);
  EXPECT_TRUE(find("at/" + instant_text(future)));
}

TEST_F(TreeTest, WhatMayStillChangeIsNotKept) {
  make_account(kAlice);
  clock_.advance_seconds(10);
  const auto young = instant_text(clock_.now());
  EXPECT_EQ(find("at/" + young)->entry, Lifetime::kLive);
  EXPECT_EQ(find("at/" + young + "/" + kAlice + "/INBOX")->entry, Lifetime::kLive);
  EXPECT_FALSE(tree_->is_list_fixed(find("at/" + young + "/" + kAlice)->id));
  EXPECT_FALSE(tree_->is_list_fixed(find("latest/" + kAlice)->id));
  const auto at = instant_text(recorder_->view().last_instant());
  EXPECT_EQ(find("at/" + at)->entry, Lifetime::kFixed);
  EXPECT_TRUE(tree_->is_list_fixed(find("at/" + at + "/" + kAlice)->id));
  clock_.advance_seconds(3600);
  EXPECT_EQ(find("at/" + young)->entry, Lifetime::kFixed);
}

TEST_F(TreeTest, LatestFollowsTheStore) {
  make_account(kAlice, 1);
  const auto inbox = find("latest/" + kAlice + "/INBOX");
  EXPECT_EQ(list(inbox->id).size(), 3U);
  EXPECT_EQ(tree_->lookup(inbox->id, "no such mail").absence, Lifetime::kNone);
  record(kAlice, {put_mail(kAlice, "new/2", "later")});
  EXPECT_EQ(list(inbox->id).size(), 4U);
  record(kAlice, {remove_entry(kAlice, "new/2")});
  EXPECT_EQ(list(inbox->id).size(), 3U);
}

TEST_F(TreeTest, ShowsTheServersEntries) {
  make_account(kAlice, 1);
  const auto all = walk("latest/@server");
  ASSERT_EQ(all.count("accounts/" + kAlice + ".json"), 1U);
  EXPECT_THAT(all.at("accounts/" + kAlice + ".json").bytes, HasSubstr(kAlice));
  EXPECT_EQ(all.count("domains/example.com.json"), 1U);
  for (const auto& [path, found] : all) EXPECT_EQ(found.node.attributes.mode & 0077U, 0U) << path;
  const auto accounts = find("latest/@server/accounts");
  EXPECT_TRUE(tree_->lookup(accounts->id, kAlice + ".json").node);
  EXPECT_FALSE(tree_->lookup(accounts->id, kAlice).node);
  EXPECT_EQ(tree_->lookup(accounts->id, "..").node->id, find("latest/@server")->id);
  EXPECT_EQ(tree_->lookup(find("latest/@server")->id, "..").node->id, find("latest")->id);
}

TEST_F(TreeTest, GivesEveryAccountAValidNameOfItsOwn) {
  const std::vector<std::string> accounts{"plain@example.com", "-rf",  "@server", "new\nline",
                                          "new_line",          "\xff", ".hidden"};
  for (const auto& name : accounts) record({StoreStep::Kind::kAddAccount, name});
  for (const auto* time : {"latest", "maildir/latest"}) {
    std::set<std::string> seen;
    const auto directory = find(time)->id;
    for (const auto& [name, node, cursor] : list(directory)) {
      if (is_dots(name) || name == "@server") continue;
      EXPECT_TRUE(seen.insert(name).second);
      EXPECT_TRUE(is_entry_name(name));
      ASSERT_TRUE(tree_->lookup(directory, name).node) << name;
      EXPECT_EQ(tree_->lookup(directory, name).node->id, node.id) << name;
    }
    EXPECT_EQ(seen.size(), accounts.size());
    EXPECT_EQ(seen.count("plain@example.com"), 1U);
    EXPECT_EQ(seen.count("new_line"), 1U);
    EXPECT_FALSE(tree_->lookup(directory, "-rf").node);
    EXPECT_FALSE(tree_->lookup(directory, "new\nline").node);
  }
}

TEST_F(TreeTest, ShowsAnAccountOnlyWhileItLived) {
  record({StoreStep::Kind::kAddAccount, kAlice});
  const auto alive = recorder_->view().last_instant();
  const auto gone = record({StoreStep::Kind::kEndAccount, kAlice});
  EXPECT_TRUE(find("at/" + instant_text(alive) + "/" + kAlice));
  EXPECT_FALSE(find("at/" + instant_text(gone) + "/" + kAlice));
  EXPECT_FALSE(find("latest/" + kAlice));
}

TEST_F(TreeTest, StatusTellsOfTheLastChecks) {
  TreeSettings settings;
  settings.checks = [] {
    CheckState state;
    state.last = LastCheck{Instant{7'000'000}, CheckLevel::kPacks, true};
    state.unfinished = UnfinishedCheck{Instant{9'000'000}, CheckLevel::kItems, true, 3};
    return state;
  };
  open_tree(settings);
  const auto json = nlohmann::json::parse(read(find(".status")->id));
  EXPECT_EQ(json.at("last_check"), nlohmann::json::parse(R"({"at":"1970-01-01T00:00:07Z","level":2,"damaged":true})"));
  EXPECT_EQ(json.at("unfinished_check"),
            nlohmann::json::parse(R"({"at":"1970-01-01T00:00:09Z","level":4,"stopped":true,"left":3})"));
  EXPECT_TRUE(json.at("damage_found").is_null());
}

TEST_F(TreeTest, StatusIsJsonThatChangesWithWhatItTells) {
  make_account(kAlice, 3);
  open_tree({"0123456789abcdef", {}, 1000});
  const auto before = find(".status");
  const auto text = read(before->id);
  EXPECT_EQ(text.size(), before->attributes.size);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json.at("store_id"), "0123456789abcdef");
  EXPECT_EQ(json.at("last_instant"), instant_text(recorder_->view().last_instant()));
  EXPECT_EQ(json.at("store").at("accounts"), 1);
  EXPECT_TRUE(json.at("last_check").is_null());
  EXPECT_EQ(json.at("requests").at("read"), 0);
  EXPECT_EQ(before->attributes.mtime_ns / 1000, recorder_->view().last_instant().value);
  tree_->counters().count(Request::kGetattr);
  EXPECT_NE(find(".status")->attributes.mtime_ns, before->attributes.mtime_ns);
}

TEST_F(TreeTest, StatusTellsWhatMayHaveBeenMissed) {
  make_account(kAlice, 1);
  EXPECT_TRUE(nlohmann::json::parse(read(find(".status")->id)).at("watcher").is_null());
  for (std::int64_t i = 0; i < 30; ++i) {
    recorder_->record_gap(kServerAccount, {Instant{1000 * i}, Instant{1000 * i + 1}, GapReason::kEventsLost,
                                           std::to_string(i) + std::string(1000, 'x')});
  }
  WatchReport report;
  report.state = "catching up";
  report.covered_until = Instant{31'000'000};
  for (int i = 0; i < 30; ++i) report.open_gaps.push_back("open " + std::string(300, 'y') + "\xc3\xa4");
  recorder_->publish(report);
  const auto node = find(".status");
  const auto text = read(node->id);
  EXPECT_EQ(text.size(), node->attributes.size) << "whatever is to be told";
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json.at("watcher").at("state"), "catching up");
  EXPECT_EQ(json.at("watcher").at("covered_until"), instant_text(report.covered_until));
  EXPECT_THAT(json.at("watcher").at("open_gaps").at(0).get<std::string>(), HasSubstr("open y"));
  EXPECT_EQ(json.at("gaps_total"), 30);
  ASSERT_FALSE(json.at("gaps").empty());
  EXPECT_THAT(json.at("gaps").back().at("text").get<std::string>(), testing::StartsWith("29x")) << "the newest";
}

TEST_F(TreeTest, ReadmeSaysHowToRestore) {
  const auto readme = find("README.txt");
  const auto text = read(readme->id);
  EXPECT_EQ(text.size(), readme->attributes.size);
  EXPECT_THAT(text, HasSubstr("cp -a maildir/at/"));
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 30);
}

TEST_F(TreeTest, ReadsAnyRangeOfAFile) {
  make_account(kAlice, 0);
  std::string bytes(700'000, 'x');
  std::mt19937_64 random(6);
  for (auto& c : bytes) c = static_cast<char>(random());
  record(kAlice, {put_mail(kAlice, "cur/big:2,", bytes)});
  const auto file = find("maildir/latest/" + kAlice + "/cur/big:2,");
  EXPECT_EQ(read(file->id, 4096), bytes);
  std::vector<std::byte> buffer(5000);
  for (int i = 0; i < 200; ++i) {
    const auto from = random() % (bytes.size() + 10'000);
    const auto got = tree_->read(file->id, from, buffer);
    ASSERT_EQ(as_text({buffer.data(), got}), from >= bytes.size() ? "" : bytes.substr(from, 5000));
  }
}

TEST_F(TreeTest, DamageIsAnErrorOfThatFileAloneAndIsNamedOnce) {
  const auto mails = make_damaged_account(kAlice);
  const auto cur = find("maildir/latest/" + kAlice + "/cur");
  ASSERT_TRUE(cur);
  std::size_t damaged = 0;
  for (const auto& [name, node, cursor] : list(cur->id)) {
    if (is_dots(name)) continue;
    bool failed = false;
    for (int again = 0; again < 3; ++again) {
      try {
        EXPECT_EQ(read(node.id), mails.at(name)) << "wrong bytes served";
        EXPECT_FALSE(failed);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::kDamage);
        failed = true;
      }
    }
    EXPECT_EQ(log_.mentions("cannot read account " + kAlice + ", item cur/" + name + ":"), failed) << name;
    damaged += failed ? 1 : 0;
  }
  EXPECT_GT(damaged, 0U);
  EXPECT_LT(damaged, mails.size());
  std::size_t named = 0;
  for (const auto& line : log_.lines()) named += line.find("cannot read account") != std::string::npos ? 1 : 0;
  EXPECT_EQ(named, damaged);
}

TEST_F(TreeTest, AnyIdIsANodeOrNone) {
  make_account(kAlice, 3);
  std::mt19937_64 random(7);
  std::vector<std::byte> buffer(100);
  for (int i = 0; i < 20'000; ++i) {
    NodeId id{random()};
    if (i % 2 == 0) {
      NodeParts parts{static_cast<NodeKind>(random() % 8), static_cast<std::uint16_t>(random() % 4),
                      AccountNumber{static_cast<std::uint32_t>(random() % 12)}, random() % 20,
                      static_cast<std::uint8_t>(random() % 3)};
      id = node_id(parts);
    }
    try {
      const auto node = tree_->node(id);
      static_cast<void>(tree_->lookup(id, "x"));
      static_cast<void>(tree_->lookup(id, ".."));
      static_cast<void>(tree_->list(id, tree_->present(), random(), [](const Entry&) { return true; }));
      if (node && !node->attributes.directory) static_cast<void>(tree_->read(id, random() % 10, buffer));
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), Errc::kNotFound) << error.what();
    }
  }
}

TEST_F(TreeTest, BoundsTheInstantsInUseAndRecyclesThem) {
  make_account(kAlice, 1);
  const auto start = recorder_->view().last_instant();
  clock_.advance_seconds(86400);
  open_tree({"", {}, 20});
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  for (int i = 0; i < 100; ++i) {
    const auto found = find("at/" + instant_text(Instant{start.value + i * kMicrosPerSecond}));
    ASSERT_TRUE(found);
    EXPECT_TRUE(seen.emplace(found->id.value, found->generation).second) << "an id came back in the same generation";
  }
  std::vector<NodeId> held;
  EXPECT_THROW(
      {
        for (int i = 0; i < 100; ++i) {
          const auto found = find("at/" + instant_text(Instant{start.value + (1000 + i) * kMicrosPerSecond}));
          tree_->learned(found->id);
          held.push_back(found->id);
        }
      },
      Error);
  EXPECT_EQ(held.size(), 16U);
  for (const auto id : held) tree_->forgot(id, 1);
  EXPECT_TRUE(find("at/" + instant_text(start)));
}

}  // namespace
}  // namespace yestermail::test
