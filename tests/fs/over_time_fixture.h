// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/instant_text.h"
#include "tests/fs/tree_fixture.h"

namespace yestermail::test {

inline std::string day(Instant at) { return instant_text(at).substr(0, 10); }

/// A store as deleted/, history/ and changes/ show it.
class OverTimeTest : public TreeTest {
 protected:
  /// The names in a directory, without . and ..
  std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> all;
    const auto node = find(path);
    EXPECT_TRUE(node) << path;
    if (!node) return all;
    for (const auto& entry : list(node->id)) {
      if (!is_dots(entry.name)) all.push_back(entry.name);
    }
    return all;
  }

  /// The bytes of the files below a directory, by the directory that they are in.
  using Bytes = std::multiset<std::pair<std::string, std::string>>;
  Bytes bytes_below(const std::string& path) {
    Bytes all;
    for (const auto& [name, found] : walk(path)) {
      if (!found.node.attributes.directory) all.emplace(name.substr(0, name.rfind('/')), found.bytes);
    }
    return all;
  }

  std::string deleted(const std::string& account, Instant at) { return "deleted/" + account + "/" + day(at); }
  static std::string changes(Instant from, Instant to, const std::string& account) {
    return "changes/" + instant_text(from) + ".." + instant_text(to) + "/" + account;
  }
  /// What happened, of the states of the only message in a folder of history/.
  std::vector<std::string> life(const std::string& folder) {
    const auto items = names_in(folder);
    EXPECT_THAT(items, testing::SizeIs(1)) << folder;
    std::vector<std::string> words;
    if (items.empty()) return words;
    for (const auto& name : names_in(folder + "/" + items.front())) {
      EXPECT_THAT(name, testing::MatchesRegex("20[0-9-]+ [0-9]+\\.[0-9]+ .+\\.eml"));
      words.push_back(name.substr(25, name.size() - 29));
    }
    return words;
  }
  void next_day() { clock_.advance_seconds(86400); }
};

}  // namespace yestermail::test
