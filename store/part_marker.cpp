// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/part_marker.h"

#include "store/pack_visit.h"

namespace yestermail {

void PartMarker::visit_pool(const std::function<bool(const Digest&)>& wanted,
                            const std::function<void(const Digest&, ByteView)>& visit) const {
  for (const auto& name : disk_.list(layout_.pool_packs(pool_))) {
    const auto pack = parse_pack_name(name);
    if (!pack) continue;
    visit_pack(
        disk_, layout_.pool_pack(pool_, *pack),
        [&](const PackEntry& entry) { return entry.form == BlobForm::kRecipe && wanted(entry.digest); },
        [&](const PackEntry& entry, ByteView stored) { visit(entry.digest, stored); });
  }
}

void PartMarker::add(const Digests& parts) {
  auto added = parts;
  while (!added.empty()) {
    candidates_.insert(added.begin(), added.end());
    Digests inner;
    visit_pool([&](const Digest& part) { return added.contains(part); },
               [&](const Digest&, ByteView recipe) {
                 visit_parts(recipe, [&](const Digest& part) {
                   if (!candidates_.contains(part)) inner.insert(part);
                 });
               });
    added = std::move(inner);
  }
}

void PartMarker::mark_account(const Uuid& account,
                              const std::function<bool(const Digest& pack, const PackEntry&)>& skip) {
  for (const auto& name : disk_.list(layout_.packs(account))) {
    const auto pack = parse_pack_name(name);
    if (!pack) continue;
    visit_pack(
        disk_, layout_.pack(account, *pack),
        [&](const PackEntry& entry) { return entry.form == BlobForm::kRecipe && !skip(*pack, entry); },
        [&](const PackEntry&, ByteView stored) {
          visit_parts(stored, [&](const Digest& part) {
            if (candidates_.contains(part)) marked_.insert(part);
          });
        });
  }
}

void PartMarker::mark_pool() {
  visit_pool([](const Digest&) { return true; },
             [&](const Digest& whole, ByteView recipe) {
               const bool candidate = candidates_.contains(whole);
               visit_parts(recipe, [&](const Digest& part) {
                 if (!candidates_.contains(part)) return;
                 if (candidate) {
                   inner_[whole].push_back(part);
                 } else {
                   marked_.insert(part);
                 }
               });
             });
}

PartMarker::Digests PartMarker::dead(const Digests& needed) const {
  auto alive = marked_;
  for (const auto& part : needed) {
    if (candidates_.contains(part)) alive.insert(part);
  }
  std::vector<Digest> open(alive.begin(), alive.end());
  while (!open.empty()) {
    const auto found = inner_.find(open.back());
    open.pop_back();
    if (found == inner_.end()) continue;
    for (const auto& part : found->second) {
      if (alive.insert(part).second) open.push_back(part);
    }
  }
  Digests dead;
  for (const auto& part : candidates_) {
    if (!alive.contains(part)) dead.insert(part);
  }
  return dead;
}

}  // namespace yestermail
