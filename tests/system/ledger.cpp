// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/system/ledger.h"

#include <algorithm>
#include <map>
#include <optional>

namespace yestermail::test {
namespace {

constexpr std::size_t kMostLines = 20;
constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();

struct Recorded {
  std::int64_t since = 0;
  std::int64_t until = 0;
  std::string path;
};

/// All versions of messages, by base name.
class History {
 public:
  History(View& view, AccountNumber account) : view_(view), account_(account) {
    for (const auto& happening : view.happenings(account, Instant{0}, kForever, SIZE_MAX / 2)) {
      if (happening.ended || happening.version.state.kind != EntryKind::kMessage) continue;
      const auto& version = happening.version;
      const auto& name = version.state.name;
      by_base_[name.substr(0, name.find(':'))].push_back(
          {version.since.value, version.until.value, directory(version.state.parent, version.since) + name});
    }
  }
  [[nodiscard]] const std::map<std::string, std::vector<Recorded>>& by_base() const { return by_base_; }

 private:
  std::string directory(ItemId item, Instant at) {
    if (item == kRootItem) return {};
    const auto known = directories_.find(item.value);
    if (known != directories_.end()) return known->second;
    const auto version = view_.item_at(account_, item, at);
    if (!version) return "?/";
    return directories_[item.value] = directory(version->state.parent, at) + version->state.name + "/";
  }

  View& view_;
  const AccountNumber account_;
  std::map<std::uint64_t, std::string> directories_;
  std::map<std::string, std::vector<Recorded>> by_base_;
};

bool overlaps_gap(std::int64_t from, std::int64_t until, const std::vector<Gap>& gaps) {
  return std::ranges::any_of(gaps, [&](const Gap& gap) { return gap.from.value < until && from < gap.until.value; });
}

class Check {
 public:
  Check(const std::vector<Gap>& gaps, std::int64_t settled) : gaps_(gaps), settled_(settled) {}

  void message(const std::string& base, const std::vector<Ledger::State>& states, std::vector<Recorded> recorded) {
    for (std::size_t i = 0; i < states.size(); ++i) {
      const auto end = i + 1 < states.size() ? states[i + 1].begun : kEver;
      if (!states[i].path.empty()) state(base, states[i], end, recorded);
    }
    std::ranges::sort(recorded, {}, &Recorded::since);
    holes(base, states, recorded);
  }

  void say(const std::string& line) {
    if (findings.lines.size() < kMostLines) findings.lines.push_back(line);
  }

  LedgerFindings findings;

 private:
  void state(const std::string& base, const Ledger::State& state, std::int64_t end,
             const std::vector<Recorded>& recorded) {
    const auto due = state.done + settled_;
    if (end < due || overlaps_gap(state.begun, due, gaps_)) return;
    ++findings.settled_states;
    const bool there = std::ranges::any_of(recorded, [&](const Recorded& version) {
      return version.path == state.path && version.since <= due && version.until >= std::min(end, due);
    });
    if (there) return;
    ++findings.missed;
    say(base + ": not recorded: " + state.path + " from " + std::to_string(state.done) + " to " + std::to_string(end));
  }

  /// From when it was first recorded until it went, the store always has it under some name.
  void holes(const std::string& base, const std::vector<Ledger::State>& states, const std::vector<Recorded>& recorded) {
    if (recorded.empty()) return;
    const auto went = states.back().path.empty() ? states.back().begun : kEver;
    auto covered = recorded.front().until;
    for (const auto& version : recorded) {
      if (version.since > covered && covered < went) {
        ++findings.false_deletions;
        say(base + ": gone from the store from " + std::to_string(covered) + " to " + std::to_string(version.since));
      }
      covered = std::max(covered, version.until);
    }
    if (covered >= went) return;
    ++findings.false_deletions;
    say(base + ": gone from the store at " + std::to_string(covered) + ", before it went");
  }

  const std::vector<Gap>& gaps_;
  const std::int64_t settled_;
};

}  // namespace

std::size_t Ledger::changes() const {
  std::size_t count = 0;
  for (const auto& [base, states] : messages_) count += states.size();
  return count;
}

LedgerFindings check_ledger(View& view, AccountNumber account, const std::string& prefix, const Ledger& ledger,
                            const std::vector<Gap>& gaps, std::int64_t settled) {
  History history(view, account);
  Check check(gaps, settled);
  for (const auto& [base, states] : ledger.messages()) {
    const auto recorded = history.by_base().find(base);
    check.message(base, states, recorded == history.by_base().end() ? std::vector<Recorded>() : recorded->second);
  }
  for (const auto& [base, versions] : history.by_base()) {
    if (base.starts_with(prefix)) continue;
    ++check.findings.strangers;
    check.say(base + ": is in another account");
  }
  return check.findings;
}

}  // namespace yestermail::test
