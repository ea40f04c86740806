// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/directory_spans.h"

#include <algorithm>

namespace yestermail {

bool DirectorySpans::decides_on(const Version& version) {
  if (version.state.kind == EntryKind::kDirectory) return true;
  return version.state.kind == EntryKind::kFile && version.state.name == "dovecot-keywords";
}

void DirectorySpans::Span::cover(Instant from, Instant to) {
  since = std::min(since, from);
  until = std::max(until, to);
}

void DirectorySpans::add(const Version& version, bool due) {
  const auto& state = version.state;
  const bool is_directory = state.kind == EntryKind::kDirectory;
  places_.emplace(version.id, rows_.size());
  rows_.push_back({version.id, version.body, version.item, state.parent, version.since, version.until, state.size,
                   is_directory, due});
  if (!is_directory) return;
  auto& children = children_[state.parent];
  if (std::ranges::find(children, version.item) == children.end()) children.push_back(version.item);
}

void DirectorySpans::stays(const Version& version) {
  contents_[version.state.parent].cover(version.since, version.until);
  if (version.state.kind == EntryKind::kMessage) messages_[version.state.parent].cover(version.since, version.until);
}

void DirectorySpans::keep(Row& row) {
  changed_ = true;
  row.due = false;
  contents_[row.parent].cover(row.since, row.until);
  const auto body = places_.find(row.body);
  if (body != places_.end() && rows_[body->second].due) keep(rows_[body->second]);
}

bool DirectorySpans::is_needed(const Row& row) {
  if (row.is_directory) {
    const auto contents = contents_.find(row.item);
    return contents != contents_.end() && contents->second.overlaps(row);
  }
  // The messages of a folder stand in its cur/ and new/.
  const auto children = children_.find(row.parent);
  if (children == children_.end()) return false;
  return std::ranges::any_of(children->second, [&](ItemId child) {
    const auto messages = messages_.find(child);
    return messages != messages_.end() && messages->second.overlaps(row);
  });
}

void DirectorySpans::decide() {
  for (auto& row : rows_) {
    if (!row.due) keep(row);
  }
  // What stays keeps its directory, that one the directory above it, and so on.
  do {
    changed_ = false;
    for (auto& row : rows_) {
      if (row.due && is_needed(row)) keep(row);
    }
  } while (changed_);
}

}  // namespace yestermail
