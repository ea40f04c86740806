// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/log_rows.h"

#include "base/maildir_name.h"

namespace yestermail {
namespace {

bool is_directory(const Version& version) { return version.state.kind == EntryKind::kDirectory; }

/// The directory whose path tells where a version stood: a folder's is its own.
ItemId place_of(const Version& version) { return is_directory(version) ? version.item : version.state.parent; }

}  // namespace

LogRow gap_row(ShownGap gap, std::string account) {
  LogRow row{gap.from, "gap", std::move(account), {}, {}, {}, {}, {}};
  row.gap = std::move(gap);
  return row;
}

LogRowMaker::LogRowMaker(View& view, Account account, const LogQuery& query)
    : view_(view),
      account_(std::move(account)),
      query_(query),
      on_disk_(readable_path(account_.layout, split_path(query.folder))),
      namer_(view, account_.number, account_.layout) {}

std::optional<LogRow> LogRowMaker::row(const View::Happening& happening) {
  const auto& version = happening.version;
  if (query_.item && version.item != *query_.item) return std::nullopt;
  if (!is_of_interest(happening)) return std::nullopt;
  LogRow row{happening.at, {}, account_.name, {}, {}, {}, version, {}};
  // What ended was there until just before.
  const Instant seen{happening.ended ? happening.at.value - 1 : happening.at.value};
  row.folder = namer_.path_of(place_of(version), seen);
  row.what = happening.ended ? "deleted" : what_began(version, row);
  if (!query_.folder.empty() && !wanted(row.folder) && !wanted(row.from_folder)) return std::nullopt;
  return row;
}

bool LogRowMaker::is_of_interest(const View::Happening& happening) const {
  const auto& version = happening.version;
  if (happening.ended && goes_on(version, happening.at)) return false;
  if (!is_directory(version)) return true;
  if (version.item == kRootItem || is_folder_part(version.state.name)) return false;
  if (happening.ended || version.cause != Cause::kTouched) return true;
  // Every change in a directory touches its time.
  const auto was = before(version);
  return !was || was->state.mode != version.state.mode || was->state.uid != version.state.uid ||
         was->state.gid != version.state.gid;
}

/// A message that is found in another folder is an arrival there, until it turns out which one it is: that one then
/// takes its place. Nothing was deleted.
bool LogRowMaker::goes_on(const Version& version, Instant at) const {
  if (version.state.kind != EntryKind::kMessage) return false;
  const auto now = view_.lookup(account_.number, version.state.parent, version.state.name, at);
  return now && now->since == at && now->state.digest == version.state.digest;
}

bool LogRowMaker::wanted(std::string_view path) const {
  for (const auto& folder : {query_.folder, on_disk_}) {
    if (path == folder || (path.starts_with(folder) && path[folder.size()] == '/')) return true;
  }
  return false;
}

std::optional<Version> LogRowMaker::before(const Version& version) const {
  return view_.item_at(account_.number, version.item, Instant{version.since.value - 1});
}

std::string LogRowMaker::what_began(const Version& version, LogRow& row) {
  switch (version.cause) {
    case Cause::kArrived: return is_directory(version) ? "created" : "arrived";
    case Cause::kChanged: return "changed";
    case Cause::kTouched: return "touched";
    case Cause::kRenamed:
    case Cause::kMoved: break;
  }
  if (const auto was = before(version)) {
    row.from_name = was->state.name;
    row.from_folder = namer_.path_of(place_of(*was), Instant{version.since.value - 1});
  }
  if (version.cause == Cause::kMoved) return "moved";
  return version.state.kind == EntryKind::kMessage ? "flags" : "renamed";
}

}  // namespace yestermail
