// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/message_pairs.h"

#include <string_view>
#include <unordered_map>

#include "base/maildir_name.h"

namespace yestermail {

std::vector<std::pair<std::size_t, std::size_t>> pair_messages(const std::vector<KnownMessage>& known,
                                                               const std::vector<SeenMessage>& seen) {
  const auto base_and_body = [](std::string_view name, std::uint64_t size, std::int64_t mtime_ns) {
    return std::string(maildir_base(name)) + '\0' + std::to_string(size) + ' ' + std::to_string(mtime_ns);
  };
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::vector<bool> taken(seen.size());
  std::vector<bool> paired(known.size());

  // Lists of the candidates of a key, last first, so that the first is at the end.
  const auto pair_by = [&](auto key_of_seen, auto key_of_known) {
    std::unordered_map<std::string, std::vector<std::size_t>> candidates;
    for (std::size_t i = seen.size(); i-- > 0;) {
      if (!taken[i]) candidates[key_of_seen(seen[i])].push_back(i);
    }
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (paired[i]) continue;
      const auto found = candidates.find(key_of_known(known[i].version.state));
      if (found == candidates.end() || found->second.empty()) continue;
      pairs.emplace_back(i, found->second.back());
      taken[found->second.back()] = paired[i] = true;
      found->second.pop_back();
    }
  };
  pair_by([&](const SeenMessage& m) { return base_and_body(m.name, m.stat.size, m.stat.mtime_ns); },
          [&](const EntryState& s) { return base_and_body(s.name, s.size, s.mtime_ns); });
  pair_by([](const SeenMessage& m) { return std::string(maildir_base(m.name)); },
          [](const EntryState& s) { return std::string(maildir_base(s.name)); });
  return pairs;
}

}  // namespace yestermail
