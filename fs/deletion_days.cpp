// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/deletion_days.h"

#include <algorithm>

#include "store/version_batches.h"

namespace yestermail {
namespace {

constexpr std::size_t kPage = 256;

std::vector<AccountAt> successors(const Lineage& lineage, const Account& life, Instant now) {
  const auto* const living = lineage.living_at(now);
  if (living == nullptr || living->number == life.number) return {};
  return {{*living, now}};
}

std::vector<AccountAt> with_itself(const Account& life, Instant now, std::vector<AccountAt> others) {
  others.insert(others.begin(), {life, now});
  return others;
}

Instant behind(Instant at) { return at == kForever ? at : Instant{at.value + 1}; }

std::vector<VersionId> ids_of(const std::vector<View::Deletion>& deletions) {
  std::vector<VersionId> ids;
  for (const auto& deletion : deletions) ids.push_back(deletion.version);
  return ids;
}

}  // namespace

Instant day_of(Instant at) { return Instant{at.value - ((at.value % kDayMicros) + kDayMicros) % kDayMicros}; }

DeletionDays::DeletionDays(View& view, const Lineage& lineage, const Account& life, Instant now)
    : view_(view),
      life_(life),
      now_(now),
      remains_(view, life_, with_itself(life_, now, successors(lineage, life_, now))),
      inherited_(view, life_, successors(lineage, life_, now)) {}

void DeletionDays::add(const std::vector<Version>& versions, Remains& remains, std::optional<Instant> stood,
                       GatheringBuilder& builder) {
  const auto there = remains.are_there(versions);
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const auto& version = versions[i];
    const auto at = stood.value_or(Instant{version.until.value - 1});
    if (version.state.kind == EntryKind::kDirectory) {
      if (const auto line = remains.missing_folder(version, at)) builder.add_folder(*line);
    } else if (version.state.kind == EntryKind::kMessage && !there[i]) {
      if (const auto& line = remains.finder().of_message(version.state.parent, at)) {
        builder.add_message(*line, version.id);
      }
    }
  }
}

bool DeletionDays::adds_any(const std::vector<Version>& versions) {
  GatheringBuilder builder;
  add(versions, remains_, std::nullopt, builder);
  return !builder.is_empty();
}

std::vector<Instant> DeletionDays::days() {
  std::vector<Instant> found;
  View::Deletion after{Instant{0}, VersionId{0}};
  for (;;) {
    const auto page = view_.deletions(life_.number, after, behind(now_), kPage);
    if (page.empty()) break;
    after = page.back();
    for (auto from = page.begin(); from != page.end();) {
      const auto day = day_of(from->at);
      const auto to = std::find_if(from, page.end(), [&](const auto& one) { return day_of(one.at) != day; });
      if (adds_any(view_.versions(life_.number, ids_of({from, to})))) {
        found.push_back(day);
        // The rest of a day that is known need not be read.
        if (to == page.end()) after = {Instant{day.value + kDayMicros}, VersionId{0}};
      }
      from = to;
    }
  }
  if (has_ended()) found.push_back(day_of(life_.until));
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Gathering DeletionDays::of_day(Instant day) {
  GatheringBuilder builder;
  const auto until = std::min(behind(now_), Instant{day.value + kDayMicros});
  View::Deletion after{day, VersionId{0}};
  for (;;) {
    const auto page = view_.deletions(life_.number, after, until, kPage);
    if (page.empty()) break;
    after = page.back();
    add(view_.versions(life_.number, ids_of(page)), remains_, std::nullopt, builder);
  }
  if (has_ended() && day_of(life_.until) == day) {
    const Instant last{life_.until.value - 1};
    in_batches(view_, life_.number, all_entries(view_, life_, last),
               [&](const auto& versions) { add(versions, inherited_, last, builder); });
  }
  return builder.build();
}

}  // namespace yestermail
