// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/history_life.h"

#include <algorithm>
#include <map>
#include <utility>

#include "archive/import_choice.h"
#include "base/error.h"
#include "base/instant_text.h"
#include "store/origin.h"

namespace yestermail {
namespace {

/// What it is here, if an earlier import has begun it; that is then none of the others.
void look_up(HistoryLife& life, std::vector<Account>& others, Instant done_until) {
  const auto known = std::ranges::find_if(others, [&](const Account& each) {
    return each.source == life.here.source && each.since == life.from.since && each.name == life.here.name;
  });
  if (known != others.end()) {
    life.here = *known;
    life.begun = true;
    life.ended = known->until != kForever;
    others.erase(known);
  } else if (life.from.since <= done_until) {
    refuse_history("the store has changes of " + instant_text(done_until) + " already, and the history of " +
                   printable(life.from.name) + " begins at " + instant_text(life.from.since));
  }
}

}  // namespace

std::optional<Instant> HistoryLife::next(Instant at) const {
  auto next = begun ? kForever : from.since;
  if (begun && !ended) next = from.until;
  if (begun) next = std::min(next, stream->next());
  return next <= at ? std::optional(next) : std::nullopt;
}

std::vector<HistoryLife> choose_lives(const HistorySource& source, std::vector<Account> here, Instant done_until,
                                      const ImportOrder& order) {
  std::vector<HistoryLife> lives;
  std::vector<std::string> names;
  std::map<std::string, std::string> origin_of;  // of a name here
  for (const auto& from : source.accounts()) {
    if (from.since > source.at()) continue;
    names.push_back(from.name);
    if (!is_wanted(order, from.name)) continue;
    HistoryLife life{from, {}};
    const auto mapped = order.names.find(from.name);
    life.here.name = mapped == order.names.end() ? from.name : mapped->second;
    check_account_name(life.here.name);
    if (origin_of.try_emplace(life.here.name, from.name).first->second != from.name) refuse_one_name(life.here.name);
    life.here.source = imported_source(source.store(), from.uuid);
    life.here.layout = from.layout;
    look_up(life, here, done_until);
    lives.push_back(std::move(life));
  }
  if (!here.empty()) {
    refuse_history("the store has the account " + printable(here.front().name) + ", which is none of these");
  }
  refuse_unused_words(order, names);
  if (lives.empty()) throw Error(Errc::kNotFound, "no account of these was there then: nothing to import");
  return lives;
}

Instant recorded_until(View& view, const std::vector<HistoryLife>& lives) {
  Instant newest;
  for (const auto& life : lives) {
    if (!life.begun) continue;
    newest = std::max({newest, life.here.since, view.last_change(life.here.number, kForever)});
    if (life.ended) newest = std::max(newest, life.here.until);
  }
  return newest;
}

void refuse_history(const std::string& why) {
  throw Error(Errc::kUsage,
              "--history: " + why +
                  ": a history is imported into a store that has nothing else, or only what an earlier "
                  "--history brought from there: make a new store, and import into it before anything looks at it");
}

}  // namespace yestermail
