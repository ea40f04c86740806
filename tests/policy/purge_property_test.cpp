// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "policy/purge_plan.h"
#include "policy/version_walk.h"
#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

constexpr std::int64_t kSecondsOfHour = 3600;
constexpr std::int64_t kSecondsOfDay = 24 * kSecondsOfHour;

/// A mailbox in which anything happens: folders come, are renamed and go with all that is in them, mails are delivered,
/// renamed, moved, changed, deleted and come back.
class AnyHistory : public StoreFixture {
 protected:
  AnyHistory() : recorder_(open()), alice_(add_account(*recorder_, "alice@example.com")) {}

  void live(std::uint32_t seed, int days) {
    random_.seed(seed);
    make_folder();
    for (int day = 0; day < days; ++day) {
      clock_.advance_seconds(1 + below(2 * kSecondsOfDay));
      const auto count = 1 + below(4);
      for (std::uint32_t i = 0; i < count; ++i) happen();
      if (changes_.empty()) continue;
      recorder_->record(alice_, changes_, blobs_);
      changes_.clear();
      blobs_.clear();
      touched_.clear();
      if (below(12) == 0) snapshots_.push_back(Instant{recorder_->view().last_instant().value + below(2)});
    }
  }

  std::uint32_t below(std::int64_t limit) {
    return static_cast<std::uint32_t>(random_() % static_cast<std::uint64_t>(limit));
  }

  void happen() {
    const auto what = below(20);
    if (what < 2) return make_folder();
    if (what < 3) return remove_folder();
    if (what < 5) return rename_folder();
    if (what < 7) return write_keywords();
    if (what < 12 || mails_.empty()) return deliver();
    const auto chosen = std::next(mails_.begin(), below(static_cast<std::int64_t>(mails_.size())));
    const auto item = chosen->first;
    if (!touched_.insert(item).second) return;  // One change an item and transaction, as a scanner makes them.
    if (what < 15) return again(item, Cause::kRenamed);
    if (what < 16) return again(item, Cause::kMoved);
    if (what < 17) return write(item, "changed " + std::to_string(++serial_));
    changes_.emplace_back(Remove{item});
    removed_.push_back(item);
    mails_.erase(chosen);
  }

  void make_folder() {
    const auto folder = recorder_->new_item(alice_);
    const auto cur = recorder_->new_item(alice_);
    changes_.emplace_back(Put{folder, Cause::kArrived, directory("." + std::to_string(++serial_), kRootItem), {}});
    changes_.emplace_back(Put{cur, Cause::kArrived, directory("cur", folder), {}});
    folders_[folder] = cur;
    touched_.insert(folder);
  }
  ItemId any_folder() { return std::next(folders_.begin(), below(static_cast<std::int64_t>(folders_.size())))->first; }
  void remove_folder() {
    if (folders_.size() < 2) return;
    const auto folder = any_folder();
    if (!touched_.insert(folder).second) return;
    const auto cur = folders_.at(folder);
    for (const auto& [item, parent] : mails_) {
      if (parent == cur && !touched_.insert(item).second) return;
    }
    std::erase_if(mails_, [&](const auto& mail) {
      if (mail.second != cur) return false;
      changes_.emplace_back(Remove{mail.first});
      return true;
    });
    if (keywords_.contains(folder)) changes_.emplace_back(Remove{keywords_.at(folder)});
    keywords_.erase(folder);
    changes_.emplace_back(Remove{cur});
    changes_.emplace_back(Remove{folder});
    folders_.erase(folder);
  }
  void rename_folder() {
    const auto folder = any_folder();
    const auto now = recorder_->view().item_at(alice_, folder, kForever);
    if (!now || !touched_.insert(folder).second) return;
    auto state = now->state;
    state.name = "." + std::to_string(++serial_);
    changes_.emplace_back(Put{folder, Cause::kRenamed, state, now->body});
  }
  void write_keywords() {
    const auto folder = any_folder();
    const bool is_new = !keywords_.contains(folder);
    const auto item = is_new ? recorder_->new_item(alice_) : keywords_.at(folder);
    if (!touched_.insert(item).second || !touched_.insert(folder).second) return;
    keywords_[folder] = item;
    const auto text = "0 " + std::to_string(++serial_);
    auto state = file("dovecot-keywords", text, folder);
    state.kind = EntryKind::kFile;
    changes_.emplace_back(Put{item, is_new ? Cause::kArrived : Cause::kChanged, state, {}});
    blobs_.push_back(to_bytes(text));
  }
  void deliver() {
    auto item = recorder_->new_item(alice_);
    if (!removed_.empty() && below(4) == 0) {
      item = removed_.back();
      removed_.pop_back();
    }
    if (!touched_.insert(item).second) return;
    mails_[item] = folders_.at(any_folder());
    write(item, "mail " + std::to_string(++serial_));
  }
  void write(ItemId item, const std::string& text) {
    changes_.emplace_back(Put{item, Cause::kChanged, file(std::to_string(++serial_), text, mails_.at(item)), {}});
    blobs_.push_back(to_bytes(text));
  }
  void again(ItemId item, Cause cause) {
    const auto now = recorder_->view().item_at(alice_, item, kForever).value();
    if (cause == Cause::kMoved) mails_[item] = folders_.at(any_folder());
    auto state = now.state;
    state.parent = mails_.at(item);
    state.name = std::to_string(++serial_);
    changes_.emplace_back(Put{item, cause, state, now.body});
  }
  static EntryState directory(const std::string& name, ItemId parent) {
    EntryState state;
    state.kind = EntryKind::kDirectory;
    state.parent = parent;
    state.name = name;
    return state;
  }

  std::vector<Version> all_versions() {
    std::vector<Version> all;
    for_each_version(recorder_->view(), alice_, [&](const Version& version) { all.push_back(version); });
    return all;
  }

  std::unique_ptr<Recorder> recorder_;
  AccountNumber alice_;
  std::mt19937 random_;
  std::map<ItemId, ItemId> folders_;   // And the cur/ of each.
  std::map<ItemId, ItemId> keywords_;  // By folder.
  std::map<ItemId, ItemId> mails_;     // And the cur/ that each stands in.
  std::vector<ItemId> removed_;
  std::set<ItemId> touched_;
  std::vector<Change> changes_;
  std::vector<Bytes> blobs_;
  std::vector<Instant> snapshots_;
  int serial_ = 0;
};

/// What must be so of any plan.
class PlanCheck {
 public:
  PlanCheck(const std::vector<Version>& all, const std::vector<VersionId>& planned) {
    const std::set<VersionId> ids(planned.begin(), planned.end());
    EXPECT_EQ(ids.size(), planned.size());
    for (const auto& version : all) {
      (ids.contains(version.id) ? goes_ : stays_).push_back(&version);
      by_item_[version.item].push_back(&version);
    }
    EXPECT_EQ(goes_.size(), planned.size());
    going_ = ids;
  }

  void nothing_seen_goes(const std::vector<Instant>& snapshots) const {
    for (const auto* version : goes_) {
      EXPECT_NE(version->until, kForever);
      for (const auto at : snapshots) EXPECT_FALSE(version->since <= at && at < version->until) << version->state.name;
    }
  }
  void bodies_stay() const {
    for (const auto* version : stays_) EXPECT_FALSE(going_.contains(version->body)) << version->state.name;
  }
  /// Whoever looks at the first or the last instant of what stays finds the directories above it as they were.
  void places_stay() const {
    for (const auto* version : stays_) {
      for (const auto at : {version->since, Instant{version->until.value - 1}}) {
        const auto* const place = seen(version->state.parent, at);
        EXPECT_FALSE(place != nullptr && going_.contains(place->id)) << version->state.name;
      }
    }
  }
  void keywords_stay() const {
    for (const auto* version : stays_) {
      const auto* const cur = seen(version->state.parent, version->since);
      if (version->state.kind != EntryKind::kMessage || cur == nullptr) continue;
      for (const auto* other : goes_) {
        const bool beside = other->state.name == "dovecot-keywords" && other->state.parent == cur->state.parent;
        EXPECT_FALSE(beside && other->since < version->until && version->since < other->until);
      }
    }
  }
  /// A message goes exactly where its age says so and nothing needs it.
  void messages_go_by_age(Instant superseded, Instant deleted, const std::vector<Instant>& snapshots) const {
    std::set<VersionId> bodies;
    for (const auto* version : stays_) {
      if (version->body != version->id) bodies.insert(version->body);
    }
    for (const auto& [item, life] : by_item_) {
      const auto& last = *life.back();
      for (const auto* version : life) {
        if (version->state.kind != EntryKind::kMessage) continue;
        const bool is_last = version == &last;
        bool due = last.until <= deleted || (!is_last && version->until <= superseded);
        for (const auto at : snapshots) due = due && !(version->since <= at && at < version->until);
        EXPECT_EQ(going_.contains(version->id), due && !bodies.contains(version->id)) << version->state.name;
      }
    }
  }
  [[nodiscard]] std::size_t count() const { return goes_.size(); }

 private:
  [[nodiscard]] const Version* seen(ItemId item, Instant at) const {
    const auto found = by_item_.find(item);
    if (found == by_item_.end()) return nullptr;
    for (const auto* version : found->second) {
      if (version->since <= at && at < version->until) return version;
    }
    return nullptr;
  }

  std::vector<const Version*> goes_;
  std::vector<const Version*> stays_;
  std::set<VersionId> going_;
  std::map<ItemId, std::vector<const Version*>> by_item_;  // Each life oldest first.
};

class AnyPlan : public AnyHistory, public testing::WithParamInterface<std::uint32_t> {};

TEST_P(AnyPlan, LeavesWhatStaysWhole) {
  live(GetParam(), 90);
  const auto all = all_versions();
  std::size_t gone = 0;
  for (const auto& [versions, deleted] : {std::pair{1, 1}, {60, 10}, {10, 60}, {20, 100'000}, {100'000, 20}}) {
    const auto age = [](int days) { return parse_age(std::to_string(days) + "d"); };
    std::ranges::sort(snapshots_);
    const PurgeRules rules{{{"global", {age(versions), age(deleted), {}}}}, {}, snapshots_};
    const auto now = clock_.now();
    const auto plan = plan_purge(recorder_->view(), rules, recorder_->view().account(alice_).value(), now);
    const PlanCheck check(all, plan.versions);
    check.nothing_seen_goes(snapshots_);
    check.bodies_stay();
    check.places_stay();
    check.keywords_stay();
    const auto before = [&](int days) { return Instant{now.value - days * kSecondsOfDay * kMicrosPerSecond}; };
    check.messages_go_by_age(before(versions), before(deleted), snapshots_);
    gone += check.count();
  }
  EXPECT_GT(gone, 50U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyPlan, testing::Range(1U, 4U));

}  // namespace
}  // namespace yestermail::test
