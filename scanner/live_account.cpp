// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/live_account.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "scanner/account_run.h"
#include "scanner/file_reader.h"

namespace yestermail {
namespace {

using Timer = std::chrono::steady_clock;

constexpr auto kAtOnce = std::chrono::milliseconds(10);
constexpr auto kGoneForSure = std::chrono::milliseconds(500);  // A file has to be gone for so long.

}  // namespace

LiveAccount::LiveAccount(const World& world, AccountSource source, AccountNumber number)
    : world_(world), view_(world.recorder.view()), source_(std::move(source)), number_(number) {
  note_recorded_arrivals();
}

LiveAccount::Outcome LiveAccount::work(const OperationQueue::Work& work, bool covered) {
  Outcome outcome;
  covered_ = covered;
  if (!open(outcome)) return outcome;
  world_.counters.looks += work.messages.size() + work.files.size();
  look_at_messages(work.messages, outcome);
  // A name that still waits may be the one that a missing message has now.
  if (work.all_messages && covered && !missing_.empty()) {
    commit();  // What came elsewhere has to be there to be found.
    confirm_missing(work.fence, outcome);
  }
  for (const auto& look : work.files) look_at_file(look, outcome);
  for (const auto& path : work.folders) compare_directories(path, outcome);
  commit();
  forget_old_arrivals();
  for (auto& [base, missing] : missing_) {
    missing.due = std::max(missing.due, Timer::now() + kAtOnce);  // Not now: it has just been seen to.
    outcome.again = outcome.again ? std::min(*outcome.again, missing.due) : missing.due;
  }
  mail_.reset();
  return outcome;
}

bool LiveAccount::open(Outcome& outcome) {
  auto opened = open_place(source_.mail);
  if (const auto* denial = std::get_if<Denial>(&opened)) {
    outcome.gone = denial->kind == Denial::Kind::kGone;
    if (!outcome.gone) world_.failures.failed(printable(source_.name) + ": its mail directory: " + denial->why);
    return false;
  }
  mail_.emplace(std::move(std::get<Opened>(opened)));
  return true;
}

/// The item of a directory of the mail tree, if it is recorded.
std::optional<ItemId> LiveAccount::directory(const std::string& path) {
  auto item = kRootItem;
  std::string_view rest = path;
  while (!rest.empty()) {
    const auto name = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    const auto version = view_.lookup(number_, item, name, kForever);
    if (!version || version->state.kind != EntryKind::kDirectory) return std::nullopt;
    item = version->item;
  }
  if (path.empty() && !view_.item_at(number_, kRootItem, kForever)) return std::nullopt;
  return item;
}

std::optional<LiveAccount::Folder> LiveAccount::folder(const std::string& path) {
  if (const auto known = folders_.find(path); known != folders_.end()) return known->second;
  const auto item = directory(path);
  if (!item) return std::nullopt;
  Folder folder;
  folder.item = *item;
  const char* const names[] = {"cur", "new"};
  for (const auto side : {kCur, kNew}) {
    const auto version = view_.lookup(number_, *item, names[side], kForever);
    if (!version || version->state.kind != EntryKind::kDirectory) continue;
    folder.sides[side] = version->item;
    if (const auto mark = world_.recorder.mark(number_, version->item)) folder.inodes[side] = mark->inode;
  }
  return folders_.emplace(path, folder).first->second;
}

/// Keywords, UIDs, subscriptions and the like: a name is a file here, whatever is in it.
void LiveAccount::look_at_file(const Look& look, Outcome& outcome) {
  const auto parent = directory(look.directory);
  auto opened = mail_->open_directory(look.directory);
  if (!parent || std::holds_alternative<Denial>(opened)) {
    outcome.reconcile = true;
    return;
  }
  const auto recorded = view_.lookup(number_, *parent, look.name, kForever);
  auto file = mail_->open_file(std::get<Opened>(opened).fd.get(), look.name);
  if (const auto* denial = std::get_if<Denial>(&file)) {
    if (denial->kind == Denial::Kind::kGone) {
      if (recorded) file_is_gone(look, *recorded, outcome);
    } else if (denial->kind == Denial::Kind::kRefused) {
      outcome.reconcile = true;  // A directory, as a rule.
    } else {
      world_.failures.failed(shown(look.directory, look.name) + ": " + denial->why);
    }
    return;
  }
  gone_files_.erase(look);
  if (recorded && recorded->state.kind == EntryKind::kDirectory) {
    outcome.reconcile = true;
    return;
  }
  OpenFolder folder;
  folder.path = look.directory;
  folder.recorded.item = *parent;
  Candidate candidate{kSides, look.name, std::get<Opened>(file).stat, recorded};
  record_content(folder, std::move(std::get<Opened>(file)), candidate, recorded ? &*recorded : nullptr,
                 recorded ? Cause::kChanged : Cause::kArrived);
}

/// Some programs remove a file and write it anew.
void LiveAccount::file_is_gone(const Look& look, const Version& version, Outcome& outcome) {
  const auto now = Timer::now();
  const auto [seen, first] = gone_files_.emplace(look, now);
  if (first || now - seen->second < kGoneForSure) {
    outcome.looks.push_back(look);
    return;
  }
  gone_files_.erase(seen);
  if (version.state.kind == EntryKind::kDirectory) {
    outcome.reconcile = true;
  } else {
    add(Remove{version.item});
  }
}

/// Directories get another time with each entry that comes or goes; that is recorded once for many.
void LiveAccount::compare_directories(const std::string& path, Outcome& outcome) {
  const auto item = directory(path);
  if (!item) {
    outcome.reconcile = true;
    return;
  }
  const auto compare = [&](ItemId which, const std::string& where) {
    const auto version = view_.item_at(number_, which, kForever);
    const auto seen = mail_->look(where);
    if (!version || !seen || seen->kind != FileStat::Kind::kDirectory) {
      outcome.reconcile = true;
    } else if (auto put = next_version(*version, with_stat(version->state, *seen), Cause::kTouched)) {
      add(std::move(*put));
    }
  };
  compare(*item, path);
  for (const auto* name : {"cur", "new", "tmp"}) {
    const auto version = view_.lookup(number_, *item, name, kForever);
    if (version && version->state.kind == EntryKind::kDirectory) compare(version->item, path_in(path, name));
  }
}

void LiveAccount::add(Put put) {
  changed_.insert(put.item);
  changes_.emplace_back(std::move(put));
}

void LiveAccount::add(Remove remove) {
  changed_.insert(remove.item);
  changes_.emplace_back(remove);
}

void LiveAccount::commit() {
  if (changes_.empty()) return;
  world_.recorder.record(number_, changes_, blobs_);
  world_.counters.recorded += changes_.size();
  changes_.clear();
  changed_.clear();
  blobs_.clear();
  blob_bytes_ = 0;
}

std::string LiveAccount::shown(const std::string& directory, const std::string& name) const {
  return printable(source_.name) + ": " + printable(path_in(directory, name));
}

}  // namespace yestermail
