// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fs/node_id.h"
#include "fs/view_table.h"

namespace yestermail {

/// The nodes that every mount has once; the numbers are those of NodeKind::kPlace.
enum class Place : std::uint8_t {
  kRoot = 1,
  kReadme,
  kStatus,
  kAt,
  kMaildir,
  kMaildirAt,
  kDeleted,
  kHistory,
  kChanges,
  kSearch
};

struct PlaceRow {
  Place place;
  Place parent;
  std::string_view name;
};

inline constexpr std::array<PlaceRow, 9> kPlaces{{{Place::kReadme, Place::kRoot, "README.txt"},
                                                  {Place::kStatus, Place::kRoot, ".status"},
                                                  {Place::kAt, Place::kRoot, "at"},
                                                  {Place::kMaildir, Place::kRoot, "maildir"},
                                                  {Place::kMaildirAt, Place::kMaildir, "at"},
                                                  {Place::kDeleted, Place::kRoot, "deleted"},
                                                  {Place::kHistory, Place::kRoot, "history"},
                                                  {Place::kChanges, Place::kRoot, "changes"},
                                                  {Place::kSearch, Place::kRoot, "search"}}};

inline NodeId place_id(Place place) {
  NodeParts parts;
  parts.number = static_cast<std::uint64_t>(place);
  return node_id(parts);
}

inline std::optional<Place> place_of(const NodeParts& parts) {
  if (parts.kind != NodeKind::kPlace || parts.number > static_cast<std::uint64_t>(Place::kSearch)) {
    return std::nullopt;
  }
  return static_cast<Place>(parts.number);
}

inline bool is_directory(Place place) { return place != Place::kReadme && place != Place::kStatus; }

/// deleted/, history/ and changes/.
inline bool is_over_time(Place place) { return place >= Place::kDeleted && place <= Place::kChanges; }

/// The container of the time directories that stand in a place that is not over time.
inline Container container_of(Place directory) {
  switch (directory) {
    case Place::kAt: return Container::kAt;
    case Place::kMaildir: return Container::kMaildir;
    case Place::kMaildirAt: return Container::kMaildirAt;
    default: return Container::kTop;
  }
}

/// Where the time directories of a container stand.
inline Place place_of(Container container) {
  switch (container) {
    case Container::kAt: return Place::kAt;
    case Container::kMaildir: return Place::kMaildir;
    case Container::kMaildirAt: return Place::kMaildirAt;
    case Container::kRange: return Place::kChanges;
    case Container::kSearch: return Place::kSearch;
    default: return Place::kRoot;
  }
}

inline bool shows_maildirs(Container container) {
  return container == Container::kMaildir || container == Container::kMaildirAt;
}

/// at/ answers to any instant and lists none.
inline bool lists_times(Container container) {
  return container == Container::kTop || container == Container::kMaildir;
}

}  // namespace yestermail
