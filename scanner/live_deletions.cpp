// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/maildir_name.h"
#include "scanner/account_run.h"
#include "scanner/live_account.h"

namespace yestermail {
namespace {

using Timer = std::chrono::steady_clock;

constexpr auto kAfterListing = std::chrono::milliseconds(50);  // Between two listings of a folder that is not at rest,
constexpr int kListingShare = 5;                               // and at least so many times what a listing took.
constexpr auto kLongAfterListing = std::chrono::seconds(1);
constexpr auto kWaitForFence = std::chrono::milliseconds(20);
constexpr auto kArrivalAge = std::chrono::seconds(10);
constexpr std::size_t kMostArrivals = 2000;

/// The file names of base names that are wanted, in one directory.
auto names_by_base(const Listing& listing, const std::set<std::string, std::less<>>& wanted) {
  std::multimap<std::string, std::string, std::less<>> names;
  for (const auto& entry : listing.entries()) {
    const auto base = maildir_base(entry.name);
    if (wanted.contains(base)) names.emplace(base, entry.name);
  }
  return names;
}

}  // namespace

/// What is missing, its time having come and its fence having been passed.
void LiveAccount::confirm_missing(std::uint64_t fence, Outcome& outcome) {
  const auto now = Timer::now();
  std::set<std::string> folders;
  for (auto& [base, missing] : missing_) {
    if (missing.due > now) continue;
    if (missing.fence > fence) {
      missing.due = now + kWaitForFence;
    } else {
      folders.insert(base.first);
    }
  }
  for (const auto& path : folders) confirm_in_folder(path, fence, outcome);
}

/// A listing that shows one moment proves that a message is not there. One of a folder that is never at rest may pass
/// over a file that is renamed meanwhile; but then a hint names it, and it is not missing any more when all hints of
/// that time have been looked at.
void LiveAccount::confirm_in_folder(const std::string& path, std::uint64_t fence, Outcome& outcome) {
  OpenFolder folder;
  if (!open_folder(path, folder, outcome)) {
    // The folder itself is gone, or another one: a reconcile tells what became of what was in it.
    std::erase_if(missing_, [&](const auto& entry) { return entry.first.first == path; });
    return;
  }
  const auto listed = list_missing(folder);
  if (!listed) {
    outcome.reconcile = true;
    return;
  }
  for (auto at = missing_.begin(); at != missing_.end();) {
    auto& [base, missing] = *at;
    const bool due = base.first == path && missing.fence <= fence && missing.due <= listed->begun;
    at = due && is_settled(folder, base.second, missing, *listed, outcome) ? missing_.erase(at) : std::next(at);
  }
}

/// Nothing: the folder cannot be read.
std::optional<LiveAccount::Listed> LiveAccount::list_missing(const OpenFolder& folder) const {
  std::set<std::string, std::less<>> wanted;
  for (const auto& [base, missing] : missing_) {
    if (base.first == folder.path) wanted.insert(base.second);
  }
  Listed listed;
  listed.begun = Timer::now();
  std::array<Listing, kSides> listings;
  for (const auto side : {kCur, kNew}) {
    if (!folder.sides[side]) continue;
    listings[side] = Listing::read(folder.sides[side]->fd.get());
    if (listings[side].error() != 0) return std::nullopt;
    listed.names[side] = names_by_base(listings[side], wanted);
  }
  for (const auto side : {kCur, kNew}) {
    if (!folder.sides[side]) continue;
    // Both at rest from before the first was listed until now: together they show one moment.
    const auto after = stat_of(folder.sides[side]->fd.get());
    listed.exact =
        listed.exact && listings[side].exact() && after && mark_of(*after) == mark_of(listings[side].before());
  }
  listed.ended = Timer::now();
  return listed;
}

/// It is gone for certain, and that is recorded. False: it is kept as missing, for another listing.
bool LiveAccount::is_settled(const OpenFolder& folder, const std::string& base, Missing& missing, const Listed& listed,
                             Outcome& outcome) {
  if (is_listed(folder, base, missing.version, listed, outcome)) {
    // When that name is looked at, this is what it was. It waits for a listing again until then.
    missing.listings = 0;
    missing.fence = world_.fence + 2;
    missing.due = listed.ended + kAfterListing;
    return false;
  }
  if (!listed.exact && ++missing.listings < 2) {
    missing.fence = world_.fence + 2;
    missing.due =
        listed.ended + std::max<Timer::duration>(kAfterListing, kListingShare * (listed.ended - listed.begun));
    return false;
  }
  if (message_is_gone(missing.version)) return true;
  outcome.reconcile = true;  // Which settles it.
  missing.due = listed.ended + kLongAfterListing;
  return false;
}

/// A name shows that it may be there: that is to be looked at.
bool LiveAccount::is_listed(const OpenFolder& folder, const std::string& base, const Version& missing,
                            const Listed& listed, Outcome& outcome) {
  bool found = false;
  for (const auto side : {kCur, kNew}) {
    const auto [first, last] = listed.names[side].equal_range(base);
    for (auto at = first; at != last; ++at) {
      // What is recorded under that name is another item, or this one, told of in the wrong order.
      if (is_recorded_elsewhere(folder, side, at->second, missing)) continue;
      found = true;
      outcome.looks.push_back(
          {(folder.path.empty() ? "" : folder.path + "/") + std::string(side == kNew ? "new" : "cur"), at->second});
    }
  }
  return found;
}

bool LiveAccount::is_recorded_elsewhere(const OpenFolder& folder, Side side, const std::string& name,
                                        const Version& missing) {
  const auto recorded = view_.lookup(number_, *folder.recorded.sides[side], name, kForever);
  return recorded && recorded->item != missing.item;
}

/// Gone from there; if it came under another name, or to another folder, a moment ago, it goes on there. False: where
/// it may have come to is not there under its recorded name, and a reconcile has to tell what became of that.
bool LiveAccount::message_is_gone(const Version& version) {
  bool certain = true;
  for (const auto& arrived : came_lately(version)) {
    if (changed_.contains(arrived.item)) continue;
    if (!is_there(arrived)) {
      const auto directory = path_of(arrived.state.parent);
      certain = certain && directory && mail_->look(*directory);
      continue;
    }
    // The item goes on there; that of the arrival, which has the name until now, ends.
    const bool same_folder = folder_item(arrived.state.parent) == folder_item(version.state.parent);
    const auto cause = same_folder ? Cause::kRenamed : Cause::kMoved;
    if (auto put = next_version(version, arrived.state, cause)) {
      std::erase_if(arrivals_, [&](const Arrival& arrival) { return arrival.item == arrived.item; });
      changed_.insert(arrived.item);
      add(std::move(*put));
      return true;
    }
  }
  if (certain) add(Remove{version.item});
  return certain;
}

/// What is recorded may have gone on meanwhile, and be missing itself.
bool LiveAccount::is_there(const Version& version) {
  const auto directory = path_of(version.state.parent);
  const auto seen = directory ? mail_->look(*directory + "/" + version.state.name) : std::nullopt;
  return seen && seen->kind == FileStat::Kind::kRegular && seen->size == version.state.size;
}

/// By the names that are recorded.
std::optional<std::string> LiveAccount::path_of(ItemId directory) {
  std::string path;
  while (directory != kRootItem) {
    const auto version = view_.item_at(number_, directory, kForever);
    if (!version) return std::nullopt;
    path = path.empty() ? version->state.name : version->state.name + "/" + path;
    directory = version->state.parent;
  }
  return path;
}

/// The folder of a cur or new.
ItemId LiveAccount::folder_item(ItemId directory) {
  const auto version = view_.item_at(number_, directory, kForever);
  return version ? version->state.parent : kNoItem;
}

std::vector<Version> LiveAccount::came_lately(const Version& vanished) const {
  std::vector<Version> found;
  const auto base = maildir_base(vanished.state.name);
  for (const auto& arrival : arrivals_) {
    // Where a copy is deleted, what it was copied from is no later place of it.
    if (arrival.base != base || arrival.item <= vanished.item) continue;
    auto recorded = view_.item_at(number_, arrival.item, kForever);
    if (recorded && recorded->state.digest == vanished.state.digest) found.push_back(std::move(*recorded));
  }
  return found;
}

void LiveAccount::looked_through(const std::vector<std::pair<ItemId, std::string>>& came) {
  folders_.clear();
  // What the look through found, or ended, is missing no more; what it left as it was still has to be proven.
  std::erase_if(missing_, [this](const auto& entry) {
    const auto& known = entry.second.version;
    const auto recorded = view_.item_at(number_, known.item, kForever);
    return !recorded || recorded->id != known.id;
  });
  for (auto& [base, missing] : missing_) {
    missing.listings = 0;
    missing.fence = world_.fence + 2;
    missing.due = Timer::now() + kAfterListing;
  }
  for (const auto& [item, name] : came) note_arrival(item, name);
}

/// What came before this one looked after the account; by the store's own time.
void LiveAccount::note_recorded_arrivals() {
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(kArrivalAge).count();
  const Instant from{view_.last_instant().value - age};
  for (const auto& happening : view_.happenings(number_, from, kForever, kMostArrivals)) {
    const auto& version = happening.version;
    if (happening.ended || version.cause != Cause::kArrived || version.state.kind != EntryKind::kMessage) continue;
    note_arrival(version.item, version.state.name);
  }
}

void LiveAccount::note_arrival(ItemId item, std::string_view name) {
  arrivals_.push_back({Timer::now(), item, std::string(maildir_base(name))});
  if (arrivals_.size() > kMostArrivals) arrivals_.pop_front();
}

void LiveAccount::forget_old_arrivals() {
  const auto limit = Timer::now() - kArrivalAge;
  while (!arrivals_.empty() && arrivals_.front().when < limit) arrivals_.pop_front();
}

}  // namespace yestermail
