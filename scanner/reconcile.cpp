// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/reconcile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/maildir_name.h"
#include "scanner/maildir/skipped_names.h"

namespace yestermail {
namespace {

/// Entries of the root that are not in the mail directory.
bool stands_elsewhere(const ScannedDirectory& directory, std::string_view name) {
  return directory.parent == kNoItem && (name == kHomeName || name == kControlTree);
}

bool is_directory(const Version& version) { return version.state.kind == EntryKind::kDirectory; }

}  // namespace

Reconciler::Reconciler(std::shared_ptr<AccountRun> run, Recorder& recorder, ScanTotals& totals, Pipeline& pipeline,
                       bool full, Patience patience)
    : run_(std::move(run)),
      recorder_(recorder),
      view_(recorder.view()),
      totals_(totals),
      pipeline_(pipeline),
      full_(full),
      patience_(patience),
      evidence_(*run_, view_) {}

bool Reconciler::reconcile() {
  auto root = view_.item_at(run_->number, kRootItem, kForever);
  fresh_ = !root;
  if (!fresh_) {
    for (const auto& [item, mark] : recorder_.marks(run_->number)) marks_.emplace(item, mark);
    if (const auto mark = marks_.find(kNoItem); mark != marks_.end())
      run_->remembered_parent_inode = mark->second.inode;
  }
  to_visit_.push_back(&add_directory(nullptr, TreeKind::kMail, "", {{}, std::move(root)}));
  do {
    drain();
  } while (!failed_ && resolve_arrived());
  if (!failed_) {
    remove_lost();
    match_moves();
  }
  hand_on();
  pipeline_.finish(run_);
  return !failed_;
}

ScannedDirectory& Reconciler::add_directory(ScannedDirectory* parent, TreeKind tree, std::string path,
                                            const Child& child) {
  auto& directory = run_->directories.emplace_back();
  directory.above = parent;
  directory.tree = tree;
  directory.path = std::move(path);
  directory.name = child.name;
  directory.parent = parent == nullptr ? kNoItem : parent->item;
  directory.recorded = child.recorded;
  directory.holds_messages = tree == TreeKind::kMail && is_message_directory(child.name);
  if (child.recorded) {
    directory.item = child.recorded->item;
  } else {
    directory.item = parent == nullptr ? kRootItem : recorder_.new_item(run_->number);
  }
  if (const auto mark = marks_.find(directory.item); mark != marks_.end()) directory.mark = mark->second;
  return directory;
}

void Reconciler::drain() {
  while (!to_visit_.empty()) {
    auto& directory = *to_visit_.front();
    to_visit_.pop_front();
    visit(directory);
    if (fresh_) hand_on();
  }
}

void Reconciler::visit(ScannedDirectory& directory) {
  if (!is_remembered(directory) || !visit_remembered(directory)) visit_listed(directory);
  if (directory.parent == kNoItem && !failed_) visit_extra_trees(directory);
}

bool Reconciler::is_remembered(ScannedDirectory& directory) {
  if (full_ || !directory.recorded || !directory.mark) return false;
  // By path, over whatever stands on the way: only the remembered directory itself can have inode and times alike.
  const auto seen = run_->tree(directory.tree).look(directory.path);
  if (!seen || seen->kind != FileStat::Kind::kDirectory || mark_of(*seen) != *directory.mark) return false;
  directory.seen = *seen;
  return true;
}

bool Reconciler::visit_remembered(ScannedDirectory& directory) {
  const auto entries = entries_of(directory);
  std::vector<Child> children;
  std::vector<std::pair<const Version*, FileStat>> files;
  const auto& tree = run_->tree(directory.tree);
  for (const auto& entry : entries) {
    if (is_directory(entry)) {
      if (!stands_elsewhere(directory, entry.state.name)) children.push_back({entry.state.name, entry});
      continue;
    }
    // Its bytes can change without a change of the directory.
    const auto seen = tree.look(path_in(directory, entry.state.name));
    if (!seen) return false;
    files.emplace_back(&entry, *seen);
  }
  directory.visited = directory.exact = directory.settled = true;
  totals_.count([](ScanReport& report) { ++report.directories_unchanged; });
  record_directory(directory);
  for (const auto& [version, seen] : files) compare_file(directory, *version, seen);
  visit_children(directory, std::move(children));
  return true;
}

void Reconciler::visit_listed(ScannedDirectory& directory) {
  auto opened = run_->tree(directory.tree).open_directory(directory.path);
  if (const auto* denial = std::get_if<Denial>(&opened)) return not_opened(directory, *denial);
  const int fd = std::get<Opened>(opened).fd.get();
  auto known = entries_of(directory);
  const auto listing = list_patiently(directory, fd, known);
  if (listing.error() != 0) return not_opened(directory, denial_of(listing.error()));
  directory.seen = listing.before();
  directory.visited = true;
  directory.exact = listing.exact();
  directory.settled = is_old(listing.before());
  totals_.count([](ScanReport& report) { ++report.directories_listed; });
  record_directory(directory);
  compare_listing(directory, fd, listing, std::move(known));
}

/// Again while something seems to be missing and the directory is not at rest.
Listing Reconciler::list_patiently(const ScannedDirectory& directory, int fd, const std::vector<Version>& known) const {
  for (int tries = 1;; ++tries) {
    auto listing = Listing::read(fd);
    const auto missing = [&](const Version& version) {
      return !listing.contains(version.state.name) && !stands_elsewhere(directory, version.state.name);
    };
    if (listing.error() != 0 || listing.exact() || tries == patience_.listings) return listing;
    if (std::ranges::none_of(known, missing)) return listing;
    let_settle();
  }
}

void Reconciler::compare_listing(ScannedDirectory& directory, int fd, const Listing& listing,
                                 std::vector<Version> known) {
  std::vector<Child> children;
  for (const auto& entry : listing.entries()) {
    auto kind = entry.kind;
    if (!entry.kind_known) kind = stat_at(fd, std::string(entry.name)).value_or(FileStat{}).kind;
    const auto* version = find_named(known, entry.name);
    if (stands_elsewhere(directory, entry.name)) {
      refuse(directory, entry.name, "a mailbox cannot have this name");
    } else if (kind == FileStat::Kind::kDirectory) {
      if (is_skipped_directory(entry.name)) continue;
      Child child{std::string(entry.name), std::nullopt, entry.inode};
      if (version != nullptr && is_directory(*version)) {
        child.recorded = *version;
      } else if (version != nullptr) {
        run_->vanished.push_back(*version);
        removed_first_.push_back(version->item);
      }
      children.push_back(std::move(child));
    } else if (kind != FileStat::Kind::kRegular) {
      refuse(directory, entry.name,
             kind == FileStat::Kind::kSymlink ? "a symbolic link, which is never followed" : "not a regular file");
    } else if (version != nullptr && !is_directory(*version)) {
      int error = 0;
      if (const auto seen = stat_at(fd, std::string(entry.name), &error)) {
        compare_file(directory, *version, *seen);
      } else {
        directory.clean = false;
        if (error != ENOENT) totals_.item_failed(run_->shown(directory, entry.name) + ": " + std::strerror(error));
      }
    } else if (!is_skipped_file(entry.name, false)) {
      if (version != nullptr) {
        lost_.push_back({*version, directory.tree});
        lost_.back().confirmed = lost_.back().replaced = true;
      }
      arrive(directory, nullptr, std::string(entry.name), EntryKind::kFile);
    }
  }
  for (auto& version : known) {
    if (stands_elsewhere(directory, version.state.name) || listing.contains(version.state.name)) continue;
    missing_entry(directory, fd, std::move(version), children);
  }
  visit_children(directory, std::move(children));
}

void Reconciler::missing_entry(ScannedDirectory& directory, int fd, Version version, std::vector<Child>& children) {
  const auto seen = stat_at(fd, version.state.name);
  if (seen) {  // The listing passed it over.
    directory.clean = false;
    if (is_directory(version)) children.push_back({version.state.name, version});
    return;
  }
  if (is_directory(version)) {
    lost_.push_back({std::move(version), directory.tree});
    lost_.back().confirmed = directory.exact;
  } else if (directory.exact) {
    run_->vanished.push_back(std::move(version));
  } else {
    totals_.count([](ScanReport& report) { ++report.unconfirmed; });
  }
  if (!directory.exact) directory.clean = false;
}

void Reconciler::visit_children(ScannedDirectory& directory, std::vector<Child> children) {
  ScannedDirectory* cur = nullptr;
  ScannedDirectory* fresh = nullptr;
  for (auto& child : children) {
    const bool messages = directory.tree == TreeKind::kMail && is_message_directory(child.name);
    auto path = path_in(directory, child.name);
    if (messages || child.name == "tmp") {
      auto& added = add_directory(&directory, directory.tree, std::move(path), child);
      if (!messages) {
        visit_tmp(added);
      } else {
        (child.name == "cur" ? cur : fresh) = &added;
      }
      continue;
    }
    if (child.recorded && child.inode != 0) {
      const auto mark = marks_.find(child.recorded->item);
      if (mark != marks_.end() && mark->second.inode != child.inode) {
        // Another directory than the one that had this name: which it is, is seen when all have been looked at.
        child.lost = lost_.size();
        lost_.push_back({std::move(*child.recorded), directory.tree});
        lost_.back().confirmed = lost_.back().replaced = true;
        child.recorded.reset();
      }
    }
    if (child.recorded || fresh_) {
      to_visit_.push_back(&add_directory(&directory, directory.tree, std::move(path), child));
    } else {
      arrived_.push_back({&directory, std::move(child)});
    }
  }
  if (cur != nullptr || fresh != nullptr) visit_messages(cur, fresh);
}

/// Only that it is there: what is in it is not delivered yet.
void Reconciler::visit_tmp(ScannedDirectory& directory) {
  int error = 0;
  const auto seen = run_->tree(directory.tree).look(directory.path, &error);
  if (!seen)
    return not_opened(directory, {error == ENOENT ? Denial::Kind::kGone : Denial::Kind::kFailed, std::strerror(error)});
  if (seen->kind != FileStat::Kind::kDirectory) {
    return not_opened(directory, {Denial::Kind::kRefused, "not a directory"});
  }
  directory.seen = *seen;
  directory.visited = true;
  record_directory(directory);
}

void Reconciler::not_opened(ScannedDirectory& directory, const Denial& denial) {
  auto& to_blame = directory.above == nullptr ? directory : *directory.above;
  directory.clean = false;
  if (denial.kind == Denial::Kind::kGone) {
    to_blame.clean = false;
    if (directory.recorded) totals_.count([](ScanReport& report) { ++report.unconfirmed; });
    if (!directory.recorded) directory_lost_ = true;
  }
  if (directory.above == nullptr) {
    failed_ = true;
    return totals_.account_failed(run_->shown(directory) + ": " + denial.why);
  }
  const auto line = run_->shown(directory) + ": " + denial.why;
  if (denial.kind == Denial::Kind::kRefused) {
    to_blame.clean = false;
    totals_.item_refused(line);
  } else if (denial.kind == Denial::Kind::kFailed) {
    totals_.item_failed(line);
    // That it is there is known all the same, and its parent need not be listed for that again.
    const auto seen = run_->tree(directory.tree).look(directory.path);
    if (!seen || seen->kind != FileStat::Kind::kDirectory) return;
    directory.seen = *seen;
    directory.visited = true;
    record_directory(directory);
  }
}

void Reconciler::refuse(ScannedDirectory& directory, std::string_view name, std::string_view why) {
  directory.clean = false;
  totals_.item_refused(run_->shown(directory, name) + ": " + std::string(why));
}

void Reconciler::record_directory(ScannedDirectory& directory) {
  EntryState state;
  state.kind = EntryKind::kDirectory;
  state.parent = directory.parent;
  state.name = directory.name;
  state = with_stat(std::move(state), directory.seen);
  if (!directory.recorded) {
    directory_puts_.push_back({directory.item, Cause::kArrived, std::move(state), VersionId{}});
    return;
  }
  const auto cause = state.parent == directory.recorded->state.parent ? Cause::kRenamed : Cause::kMoved;
  auto put = next_version(*directory.recorded, std::move(state), cause);
  if (!put) return;
  auto& puts = put->cause == Cause::kTouched ? run_->touched_directories : directory_puts_;
  puts.push_back(std::move(*put));
}

void Reconciler::compare_file(ScannedDirectory& directory, const Version& version, const FileStat& seen,
                              bool over_links) {
  if (seen.kind != FileStat::Kind::kRegular) return refuse(directory, version.state.name, "not a regular file");
  bool changed = seen.size != version.state.size || seen.mtime_ns != version.state.mtime_ns;
  if (version.state.kind == EntryKind::kFile && !changed) {
    const auto mark = marks_.find(version.item);
    changed = mark == marks_.end() || mark->second != mark_of(seen);
  }
  if (changed) {
    readings_.push_back({&directory, nullptr, version.state.name, version.item, version.state.kind, Cause::kChanged,
                         over_links, std::make_unique<const Version>(version)});
    return;
  }
  if (auto put = next_version(version, with_stat(version.state, seen), Cause::kTouched)) {
    totals_.recorded(put->state.kind, put->cause);
    renames_.push_back(std::move(*put));
  } else {
    totals_.count([](ScanReport& report) { ++report.items_unchanged; });
  }
}

void Reconciler::arrive(ScannedDirectory& directory, ScannedDirectory* sibling, std::string name, EntryKind kind) {
  const auto item = recorder_.new_item(run_->number);
  readings_.push_back({&directory, sibling, std::move(name), item, kind, Cause::kArrived, false, nullptr});
}

std::vector<Version> Reconciler::entries_of(const ScannedDirectory& directory) {
  if (!directory.recorded) return {};
  auto entries = view_.versions(run_->number, view_.list(run_->number, directory.item, kForever));
  std::erase_if(entries, [&](const Version& version) { return claimed_.contains(version.item); });
  std::ranges::sort(entries, {}, [](const Version& version) -> std::string_view { return version.state.name; });
  return entries;
}

}  // namespace yestermail
