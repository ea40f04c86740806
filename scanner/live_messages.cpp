// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>
#include <set>

#include "base/error.h"
#include "base/maildir_name.h"
#include "mail/header_words.h"
#include "scanner/account_run.h"
#include "scanner/file_reader.h"
#include "scanner/live_account.h"
#include "scanner/maildir/skipped_names.h"
#include "scanner/message_pairs.h"

namespace yestermail {
namespace {

using Timer = std::chrono::steady_clock;

constexpr std::size_t kHeadBytes = 64U << 10U;
constexpr std::uint64_t kInMemory = 1U << 20U;  // A larger file goes into a pack of its own, not through the journal.
constexpr std::size_t kMostInTransaction = 4U << 20U;
constexpr auto kBeforeListing =
    std::chrono::milliseconds(50);  // A move takes the old name away 5 ms after the new one.

/// Splits "…/cur" into the folder's path and which side it is.
std::optional<std::pair<std::string, bool>> folder_of(const std::string& directory) {
  const auto slash = directory.rfind('/');
  const auto name = slash == std::string::npos ? directory : directory.substr(slash + 1);
  if (!is_message_directory(name)) return std::nullopt;
  return std::pair(slash == std::string::npos ? std::string() : directory.substr(0, slash), name == "new");
}

/// Reads a source into memory and hashes it.
StoredBlob read_into(BlobSource& source, std::uint64_t size, Bytes& to) {
  to.resize(static_cast<std::size_t>(size));
  std::size_t used = 0;
  while (used < to.size()) {
    const auto got = source.read(std::span(to).subspan(used));
    if (got == 0) break;
    used += got;
  }
  to.resize(used);
  return {Digest::of(to), used};
}

}  // namespace

void LiveAccount::look_at_messages(const std::vector<Look>& looks, Outcome& outcome) {
  // By folder, then by base name: new/ and cur/ are looked at together.
  std::map<std::string, std::map<std::string, std::vector<std::pair<Side, std::string>>>> folders;
  for (const auto& look : looks) {
    const auto where = folder_of(look.directory);
    if (!where) continue;
    folders[where->first][std::string(maildir_base(look.name))].emplace_back(where->second ? kNew : kCur, look.name);
  }
  for (auto& [path, bases] : folders) {
    OpenFolder folder;
    if (!open_folder(path, folder, outcome)) continue;
    for (auto& [base, names] : bases) {
      look_at_base(folder, base, std::move(names), outcome);
      if (blob_bytes_ >= kMostInTransaction) commit();
    }
    outcome.folders.push_back(path);
  }
}

/// False: the folder is not as it was recorded; a reconcile finds out.
bool LiveAccount::open_folder(const std::string& path, OpenFolder& folder, Outcome& outcome) {
  const auto recorded = this->folder(path);
  folder.path = path;
  const char* const names[] = {"cur", "new"};
  bool known = recorded.has_value();
  if (recorded) folder.recorded = *recorded;
  for (const auto side : {kCur, kNew}) {
    auto opened = mail_->open_directory(path.empty() ? names[side] : path + "/" + names[side]);
    auto* directory = std::get_if<Opened>(&opened);
    if (directory != nullptr) folder.sides[side].emplace(std::move(*directory));
    if ((directory != nullptr) != folder.recorded.sides[side].has_value()) known = false;
    // Another directory under the name of one that was recorded: not the same folder, perhaps.
    if (directory != nullptr && known) {
      auto& inode = folders_.at(path).inodes[side];
      if (inode != 0 && inode != folder.sides[side]->stat.inode) known = false;
      inode = folder.sides[side]->stat.inode;
    }
  }
  if (known) return true;
  folders_.erase(path);
  outcome.reconcile = true;
  return false;
}

/// What the disk and the store have under the names.
std::vector<LiveAccount::Candidate> LiveAccount::candidates(OpenFolder& folder,
                                                            std::vector<std::pair<Side, std::string>> names) {
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<Candidate> found;
  for (auto& entry : names) {
    const auto side = entry.first;
    auto& name = entry.second;
    if (is_skipped_file(name, true) || !folder.sides[side]) continue;
    Candidate candidate{side, std::move(name), std::nullopt, std::nullopt};
    candidate.seen = stat_at(folder.sides[side]->fd.get(), candidate.name);
    const auto recorded = [&] { return view_.lookup(number_, *folder.recorded.sides[side], candidate.name, kForever); };
    candidate.recorded = recorded();
    if (candidate.recorded && changed_.contains(candidate.recorded->item)) {
      commit();  // It was found elsewhere a moment ago, and is not here any more.
      candidate.recorded = recorded();
    }
    if (candidate.recorded && candidate.recorded->state.kind != EntryKind::kMessage) candidate.recorded.reset();
    found.push_back(std::move(candidate));
  }
  return found;
}

/// All names that a message was said to have, in both directories of its folder.
void LiveAccount::look_at_base(OpenFolder& folder, const std::string& base,
                               std::vector<std::pair<Side, std::string>> names, Outcome& outcome) {
  // One that was missing may be back under its old name, or have a new one.
  const auto [first, last] = missing_.equal_range({folder.path, base});
  for (auto at = first; at != last; ++at) {
    const auto& state = at->second.version.state;
    names.emplace_back(state.parent == folder.recorded.sides[kNew] ? kNew : kCur, state.name);
  }
  missing_.erase(first, last);

  std::vector<KnownMessage> gone;  // Recorded, not there.
  std::vector<SeenMessage> added;  // There, not recorded.
  std::vector<Candidate> seen;
  std::set<std::uint64_t> inodes;
  for (auto& candidate : candidates(folder, std::move(names))) {
    if (candidate.seen && candidate.seen->kind != FileStat::Kind::kRegular) {
      outcome.reconcile = true;  // It is refused there, with its reason.
      continue;
    }
    if (candidate.seen && !inodes.insert(candidate.seen->inode).second && candidate.seen->links == 1) {
      // One file under two names: it was renamed between two glances. Its name will be told again.
      outcome.looks.push_back(
          {(folder.path.empty() ? "" : folder.path + "/") + std::string(candidate.side == kNew ? "new" : "cur"),
           candidate.name});
    }
    if (candidate.recorded && candidate.seen) {
      compare(folder, candidate);
    } else if (candidate.recorded) {
      gone.push_back({candidate.side, std::move(*candidate.recorded)});
    } else if (candidate.seen) {
      added.push_back({candidate.side, candidate.name, *candidate.seen});
      seen.push_back(std::move(candidate));
    }
  }
  std::vector<bool> done(added.size());
  std::vector<bool> found(gone.size());
  for (const auto& [g, a] : pair_messages(gone, added)) {
    rename(folder, gone[g].version, seen[a], Cause::kRenamed, outcome);
    found[g] = done[a] = true;
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!done[i] && !takes_up_missing(folder, seen[i], base, outcome)) arrive(folder, seen[i], outcome);
  }
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (!found[i]) hold_back(folder, base, std::move(gone[i].version));
  }
}

/// The same name as recorded: other bytes, time, mode or owner?
void LiveAccount::compare(OpenFolder& folder, const Candidate& candidate) {
  const auto& before = *candidate.recorded;
  const auto& seen = *candidate.seen;
  if (seen.size == before.state.size && seen.mtime_ns == before.state.mtime_ns) {
    if (auto put = next_version(before, with_stat(before.state, seen), Cause::kTouched)) add(std::move(*put));
    return;
  }
  auto file = mail_->open_file(folder.sides[candidate.side]->fd.get(), candidate.name);
  if (auto* opened = std::get_if<Opened>(&file)) {
    record_content(folder, std::move(*opened), candidate, &before, Cause::kChanged);
  }
}

/// A known message under another name of its folder, or in another folder.
void LiveAccount::rename(OpenFolder& folder, const Version& before, const Candidate& candidate, Cause cause,
                         Outcome& outcome) {
  const auto& seen = *candidate.seen;
  if (seen.size != before.state.size || seen.mtime_ns != before.state.mtime_ns) {
    auto file = mail_->open_file(folder.sides[candidate.side]->fd.get(), candidate.name);
    if (auto* opened = std::get_if<Opened>(&file)) {
      record_content(folder, std::move(*opened), candidate, &before, cause);
    } else {
      outcome.reconcile = true;
    }
    return;
  }
  auto state = with_stat(before.state, seen);
  state.parent = *folder.recorded.sides[candidate.side];
  state.name = candidate.name;
  if (auto put = next_version(before, std::move(state), cause)) add(std::move(*put));
}

/// A message that vanished from one folder and came to another under the same base name was moved.
bool LiveAccount::takes_up_missing(OpenFolder& folder, const Candidate& candidate, const std::string& base,
                                   Outcome& outcome) {
  for (auto at = missing_.begin(); at != missing_.end(); ++at) {
    const auto& state = at->second.version.state;
    if (at->first.second != base || state.size != candidate.seen->size || state.mtime_ns != candidate.seen->mtime_ns) {
      continue;
    }
    const auto version = std::move(at->second.version);
    missing_.erase(at);
    rename(folder, version, candidate, Cause::kMoved, outcome);
    return true;
  }
  return false;
}

void LiveAccount::arrive(OpenFolder& folder, const Candidate& candidate, Outcome& outcome) {
  if (!covered_ && candidate.name.find(':') != std::string::npos) {
    outcome.reconcile = true;  // It may be known under a name that nobody told it had lost.
    return;
  }
  auto file = mail_->open_file(folder.sides[candidate.side]->fd.get(), candidate.name);
  if (const auto* denial = std::get_if<Denial>(&file)) {
    // Gone again: under which name it lives on, if it does, is told.
    if (denial->kind != Denial::Kind::kGone) {
      outcome.reconcile = outcome.reconcile || denial->kind == Denial::Kind::kRefused;
      world_.failures.failed(shown(folder.path, candidate.name) + ": " + denial->why);
    }
    return;
  }
  record_content(folder, std::move(std::get<Opened>(file)), candidate, nullptr, Cause::kArrived);
}

/// Where the file stands and what it is, without what its content says.
EntryState LiveAccount::place_of(const OpenFolder& folder, const Candidate& candidate) {
  EntryState state;
  state.name = candidate.name;
  state.kind = candidate.side == kSides ? EntryKind::kFile : EntryKind::kMessage;
  state.parent = candidate.side == kSides ? folder.recorded.item : *folder.recorded.sides[candidate.side];
  return state;
}

void LiveAccount::record_content(OpenFolder& folder, Opened file, const Candidate& candidate, const Version* before,
                                 Cause cause) {
  if (file.stat.size > world_.largest_file) {
    return world_.failures.failed(shown(folder.path, candidate.name) + ": larger than the limit for a file");
  }
  if (file.stat.size > kInMemory) return record_large(folder, std::move(file), candidate, before, cause);
  Bytes bytes;
  Bytes head;
  const auto size = file.stat.size;
  const auto content = read_whole(std::move(file), head, candidate.side == kSides ? 0 : kHeadBytes,
                                  [&](BlobSource& source) { return read_into(source, size, bytes); });
  if (const auto* denial = std::get_if<Denial>(&content)) {
    return world_.failures.failed(shown(folder.path, candidate.name) + ": " + denial->why);
  }
  const auto& [blob, stat] = std::get<FileContent>(content);
  put_content(place_of(folder, candidate), blob, stat, head, before, cause, [&](Put put) {
    add(std::move(put));
    blob_bytes_ += bytes.size();
    blobs_.push_back(std::move(bytes));
  });
}

/// A transaction of its own: the bytes go straight into a pack.
void LiveAccount::record_large(OpenFolder& folder, Opened file, const Candidate& candidate, const Version* before,
                               Cause cause) {
  commit();
  const auto session = world_.recorder.begin_bulk();
  Bytes head;
  const auto content = read_whole(std::move(file), head, candidate.side == kSides ? 0 : kHeadBytes,
                                  [&](BlobSource& source) { return session->store(number_, source); });
  if (const auto* denial = std::get_if<Denial>(&content)) {
    return world_.failures.failed(shown(folder.path, candidate.name) + ": " + denial->why);
  }
  const auto& [blob, stat] = std::get<FileContent>(content);
  put_content(place_of(folder, candidate), blob, stat, head, before, cause, [&](Put put) {
    session->add(number_, std::move(put));
    ++world_.counters.recorded;
  });
  session->commit();
}

void LiveAccount::put_content(EntryState state, const StoredBlob& blob, const FileStat& stat, ByteView head,
                              const Version* before, Cause cause, const std::function<void(Put)>& add) {
  state.digest = blob.digest;
  state = with_stat(std::move(state), stat);
  if (state.kind == EntryKind::kMessage) {
    auto words = header_words(head);
    state.sender = std::move(words.sender);
    state.subject = std::move(words.subject);
  }
  if (before != nullptr) {
    if (auto put = next_version(*before, std::move(state), cause)) add(std::move(*put));
    return;
  }
  Put put{world_.recorder.new_item(number_), Cause::kArrived, std::move(state), VersionId{}};
  if (put.state.kind == EntryKind::kMessage) {
    note_arrival(put.item, put.state.name);
  }
  add(std::move(put));
}

void LiveAccount::hold_back(const OpenFolder& folder, const std::string& base, Version version) {
  // Two fences from now: the one that is under way may have begun before the name went.
  missing_.emplace(Base{folder.path, base},
                   Missing{std::move(version), world_.fence + 2, 0, Timer::now() + kBeforeListing});
}

}  // namespace yestermail
