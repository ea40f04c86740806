// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/member_place.h"

#include <algorithm>
#include <vector>

#include "archive/account_walk.h"

namespace yestermail {
namespace {

constexpr std::size_t kMaxPath = 5000;  ///< an export has none above 4,000 in an account

/// Nothing where one of them is no name of a file.
std::optional<std::vector<std::string_view>> levels_of(std::string_view path) {
  if (path.size() > kMaxPath) return std::nullopt;
  if (path.ends_with('/')) path.remove_suffix(1);
  std::vector<std::string_view> levels;
  while (true) {
    const auto slash = path.find('/');
    levels.push_back(path.substr(0, slash));
    if (!is_file_name(levels.back())) return std::nullopt;
    if (slash == std::string_view::npos) return levels;
    path.remove_prefix(slash + 1);
  }
}

bool is_text(std::string_view name) {
  return name == "README.txt" || name == "export.json" || name == "manifest.jsonl";
}

std::string joined(const std::vector<std::string_view>& levels, std::size_t from) {
  std::string path;
  for (auto i = from; i < levels.size(); ++i) {
    if (!path.empty()) path += '/';
    path += levels[i];
  }
  return path;
}

std::optional<std::string> path_in_tree(const std::vector<std::string_view>& levels) {
  constexpr std::size_t kTop = 2;
  const auto tree = levels[kTop];
  auto path = joined(levels, kTop + 1);
  if (tree == "maildir") {
    // No mailbox has such a directory: these names mean what stands beside it.
    const auto first = levels.size() > kTop + 1 ? levels[kTop + 1] : std::string_view();
    return first == "@home" || first == "@control" ? std::nullopt : std::optional(path);
  }
  if (tree != "home" && tree != "control") return std::nullopt;
  return "@" + std::string(tree) + (path.empty() ? "" : "/" + path);
}

}  // namespace

std::optional<MemberPlace> place_of_member(std::string_view path) {
  const auto levels = levels_of(path);
  if (!levels) return std::nullopt;
  if (levels->size() == 1) {
    if (!is_text(levels->front())) return std::nullopt;
    return MemberPlace{MemberPlace::Part::kText, {}, std::string(levels->front())};
  }
  if (levels->front() != "accounts" && levels->front() != "ended") return std::nullopt;
  MemberPlace place{MemberPlace::Part::kDirectory, std::string((*levels)[0]) + "/" + std::string((*levels)[1]), {}};
  if (levels->size() == 2) return place;
  const auto below = (*levels)[2];
  if (levels->size() == 3 && below == "account.json") {
    place.part = MemberPlace::Part::kRecord;
  } else if (levels->size() == 3 && below == "history.jsonl") {
    place.part = MemberPlace::Part::kHistory;
  } else if (below == "blobs") {
    if (levels->size() > 5) return std::nullopt;
    place.part = levels->size() == 5 ? MemberPlace::Part::kBlob : MemberPlace::Part::kDirectory;
  } else {
    const auto inside = path_in_tree(*levels);
    if (!inside) return std::nullopt;
    place.part = MemberPlace::Part::kTree;
    place.path = *inside;
  }
  return place;
}

std::string path_in_account(const std::string& member) {
  const auto place = place_of_member(member);
  return place && place->part == MemberPlace::Part::kTree ? place->path : member;
}

}  // namespace yestermail
