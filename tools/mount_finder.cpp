// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/mount_finder.h"

#include <algorithm>
#include <map>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::size_t kMostFound = 1000;

}  // namespace

bool MountFinder::understands(std::string_view query) {
  try {
    static_cast<void>(parse_query(query, clock_.now()));
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::vector<VersionId> MountFinder::find(const Account& account, std::string_view query) {
  const auto parsed = parse_query(query, clock_.now());
  std::map<ItemId, VersionId> last;  // An item may have had several contents that fit.
  for (const auto& found : search_.find(account, parsed, std::nullopt, kMostFound, [](std::uint64_t) {}).messages) {
    auto& version = last[found.version.item];
    version = std::max(version, found.version.id);
  }
  std::vector<VersionId> ids;
  ids.reserve(last.size());
  for (const auto& [item, version] : last) ids.push_back(version);
  std::ranges::sort(ids);
  return ids;
}

}  // namespace yestermail
