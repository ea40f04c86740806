// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unordered_set>

#include "base/maildir_name.h"
#include "scanner/maildir/skipped_names.h"
#include "scanner/reconcile.h"

namespace yestermail {
namespace {

constexpr std::size_t kBatch = 4096;  // Versions held at a time.

/// Where an entry of that name is, or the number of entries.
std::size_t index_of(const Listing& listing, std::string_view name) {
  const auto& entries = listing.entries();
  const auto found = std::ranges::lower_bound(entries, name, {}, &Listing::Entry::name);
  if (found == entries.end() || found->name != name) return entries.size();
  return static_cast<std::size_t>(found - entries.begin());
}

/// Whether one of the entries that are known under their name has this base.
bool has_known(const Listing& listing, const std::vector<bool>& known, const std::string& base) {
  const auto whole = index_of(listing, base);
  if (whole < known.size() && known[whole]) return true;
  const auto with_flags = base + ":";
  const auto& entries = listing.entries();
  auto at = std::ranges::lower_bound(entries, std::string_view(with_flags), {}, &Listing::Entry::name);
  for (; at != entries.end() && at->name.starts_with(with_flags); ++at) {
    if (known[static_cast<std::size_t>(at - entries.begin())]) return true;
  }
  return false;
}

}  // namespace

/// A message goes from new to cur when a mail program sees it: only both together tell whether it is gone.
void Reconciler::visit_messages(ScannedDirectory* cur, ScannedDirectory* fresh) {
  std::vector<Side> sides;
  bool any = false;
  bool provable = true;
  for (auto* directory : {cur, fresh}) {
    if (directory == nullptr) continue;
    Side side;
    side.directory = directory;
    if (is_remembered(*directory)) {
      side.stamp = directory->seen;
      directory->visited = directory->exact = directory->settled = true;
      totals_.count([](ScanReport& report) { ++report.directories_unchanged; });
      record_directory(*directory);
    } else if (!open_side(side)) {
      provable = false;
      continue;
    }
    any = any || side.listed;
    sides.push_back(std::move(side));
  }
  if (!any) return;

  for (int tries = 1;; ++tries) {
    list_sides(sides);
    const bool exact = is_at_rest(sides) && provable;
    auto difference = compare_sides(sides);
    const bool certain = exact || (difference.missing.empty() && difference.added.empty());
    if (certain || fresh_ || tries == patience_.listings) return record_messages(sides, std::move(difference), exact);
    let_settle();
  }
}

bool Reconciler::open_side(Side& side) {
  auto opened = run_->tree(side.directory->tree).open_directory(side.directory->path);
  if (const auto* denial = std::get_if<Denial>(&opened)) {
    not_opened(*side.directory, *denial);
    return false;
  }
  side.opened = std::move(std::get<Opened>(opened));
  side.listed = true;
  return true;
}

/// True where all listings, taken together, show one moment.
bool Reconciler::is_at_rest(std::vector<Side>& sides) {
  bool result = true;
  for (auto& side : sides) {
    const auto after =
        side.listed ? stat_of(side.opened->fd.get()) : run_->tree(side.directory->tree).look(side.directory->path);
    const bool same = after && mark_of(*after) == mark_of(side.stamp);
    // One that was as remembered and is no longer has to be listed after all, the next time round.
    if (!same && !side.listed && after && open_side(side)) side.known.clear();
    result = result && same && (!side.listed || side.listing.exact());
  }
  return result;
}

void Reconciler::list_sides(std::vector<Side>& sides) {
  for (auto& side : sides) {
    if (!side.listed) continue;
    side.listing = Listing::read(side.opened->fd.get());
    side.stamp = side.listing.before();
    side.known.assign(side.listing.entries().size(), false);
  }
}

Reconciler::FolderDifference Reconciler::compare_sides(std::vector<Side>& sides) {
  FolderDifference difference;
  for (std::size_t s = 0; s < sides.size(); ++s) {
    auto& side = sides[s];
    if (!side.listed || side.listing.error() != 0) continue;
    const auto ids =
        side.directory->recorded ? view_.list(run_->number, side.directory->item, kForever) : std::vector<VersionId>();
    for (std::size_t at = 0; at < ids.size(); at += kBatch) {
      const auto batch = std::span(ids).subspan(at, std::min(kBatch, ids.size() - at));
      for (auto& version : view_.versions(run_->number, batch)) {
        const auto index = index_of(side.listing, version.state.name);
        if (index == side.known.size()) {
          difference.missing.push_back({s, std::move(version)});
        } else {
          side.known[index] = true;
          // Another file may have been renamed to this name.
          int error = 0;
          const auto seen = stat_at(side.opened->fd.get(), version.state.name, &error);
          if (seen && with_stat(version.state, *seen) == version.state && seen->kind == FileStat::Kind::kRegular) {
            ++difference.same;
          } else if (seen) {
            difference.other.emplace_back(std::move(version), *seen);
          } else {
            side.directory->clean = false;  // Renamed since, as a rule: then the listing cannot have been exact.
            if (error != ENOENT) side.error = error;
          }
        }
      }
    }
    for (std::size_t i = 0; i < side.known.size(); ++i) {
      const auto name = side.listing.entries()[i].name;
      if (!side.known[i] && !is_skipped_file(name, true)) difference.added.push_back({s, std::string(name), {}});
    }
  }
  return difference;
}

void Reconciler::record_messages(std::vector<Side>& sides, FolderDifference difference, bool exact) {
  for (auto& side : sides) exact = record_side(side) && exact;
  auto& added = difference.added;
  std::erase_if(added, [&](const SeenMessage& seen) {
    auto& side = sides[seen.side];
    return !is_message(side, side.listing.entries()[index_of(side.listing, seen.name)]);
  });
  std::unordered_set<std::string> missing_bases;
  for (const auto& known : difference.missing) missing_bases.emplace(maildir_base(known.version.state.name));
  std::erase_if(added, [&](SeenMessage& seen) {
    if (!missing_bases.contains(std::string(maildir_base(seen.name)))) return false;
    const auto stat = stat_at(sides[seen.side].opened->fd.get(), seen.name);
    if (stat) {
      seen.stat = *stat;
    } else {
      distrust(sides);
    }
    return !stat;
  });

  std::vector<bool> found(difference.missing.size());
  std::vector<bool> done(added.size());
  for (const auto& [k, s] : pair_messages(difference.missing, added)) {
    rename_message(sides, difference.missing[k].version, added[s]);
    found[k] = done[s] = true;
  }
  std::unordered_set<std::string> taken = std::move(missing_bases);
  for (std::size_t i = 0; i < added.size(); ++i) {
    if (!done[i]) message_arrived(sides, added[i], exact, taken);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) message_missing(sides, std::move(difference.missing[i]), exact);
  }
  for (const auto& [version, seen] : difference.other) {
    const auto of =
        std::ranges::find(sides, version.state.parent, [](const Side& side) { return side.directory->item; });
    compare_file(*of->directory, version, seen);
  }
  totals_.count([&](ScanReport& report) { report.items_unchanged += difference.same; });
}

/// False where it could not be listed.
bool Reconciler::record_side(Side& side) {
  if (!side.listed) return true;
  auto& directory = *side.directory;
  if (side.listing.error() != 0) {
    not_opened(directory, denial_of(side.listing.error()));
    return false;
  }
  directory.seen = side.listing.before();
  directory.visited = true;
  directory.exact = side.listing.exact();
  directory.settled = is_old(directory.seen);
  totals_.count([](ScanReport& report) { ++report.directories_listed; });
  record_directory(directory);
  if (side.error != 0) {
    totals_.item_failed(run_->shown(directory) + ": its files cannot be looked at: " + std::strerror(side.error));
  }
  return true;
}

/// While a folder is not at rest, its listings may show one message under two names: then only a base name that is
/// certainly new is taken, and of that one. `taken` has the bases that are not.
void Reconciler::message_arrived(std::vector<Side>& sides, SeenMessage& seen, bool exact,
                                 std::unordered_set<std::string>& taken) {
  if (!exact) {
    const auto base = std::string(maildir_base(seen.name));
    const auto knows = [&](const Side& side) { return has_known(side.listing, side.known, base); };
    if (!taken.insert(base).second || std::ranges::any_of(sides, knows)) return distrust(sides);
  }
  arrive(*sides[seen.side].directory, sibling(sides, seen.side), std::move(seen.name), EntryKind::kMessage);
}

void Reconciler::message_missing(std::vector<Side>& sides, KnownMessage missing, bool exact) {
  if (exact) return run_->vanished.push_back(std::move(missing.version));
  distrust(sides);
  if (stat_at(sides[missing.side].opened->fd.get(), missing.version.state.name)) return;  // The listing passed it over.
  totals_.count([](ScanReport& report) { ++report.unconfirmed; });
  run_->doubtful.push_back({sides[missing.side].directory->path, missing.version.state.name});
}

void Reconciler::distrust(std::vector<Side>& sides) {
  for (auto& side : sides) side.directory->clean = false;
}

ScannedDirectory* Reconciler::sibling(std::vector<Side>& sides, std::size_t side) {
  return sides.size() == 2 ? sides[1 - side].directory : nullptr;
}

bool Reconciler::is_message(Side& side, const Listing::Entry& entry) {
  auto kind = entry.kind;
  if (!entry.kind_known) {
    const auto stat = stat_at(side.opened->fd.get(), std::string(entry.name));
    if (!stat) return side.directory->clean = false;
    kind = stat->kind;
  }
  if (kind == FileStat::Kind::kRegular) return true;
  const auto* why = kind == FileStat::Kind::kDirectory ? "a directory among messages"
                    : kind == FileStat::Kind::kSymlink ? "a symbolic link, which is never followed"
                                                       : "not a regular file";
  refuse(*side.directory, entry.name, why);
  return false;
}

/// Same base name in the same folder: flags, keywords, or new/ -> cur/. Of the same size and time it is not read again.
void Reconciler::rename_message(std::vector<Side>& sides, const Version& version, const SeenMessage& seen) {
  auto& directory = *sides[seen.side].directory;
  if (seen.stat.kind != FileStat::Kind::kRegular) return refuse(directory, seen.name, "not a regular file");
  if (seen.stat.size != version.state.size || seen.stat.mtime_ns != version.state.mtime_ns) {
    readings_.push_back({&directory, sibling(sides, seen.side), seen.name, version.item, EntryKind::kMessage,
                         Cause::kRenamed, false, std::make_unique<const Version>(version)});
    return;
  }
  auto state = with_stat(version.state, seen.stat);
  state.parent = directory.item;
  state.name = seen.name;
  if (auto put = next_version(version, std::move(state), Cause::kRenamed)) {
    totals_.recorded(put->state.kind, put->cause);
    renames_.push_back(std::move(*put));
  }
}

}  // namespace yestermail
