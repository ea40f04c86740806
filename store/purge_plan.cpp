// SPDX-License-Identifier: GPL-3.0-or-later
// The part of Purger that finds out what is to be removed, and removes nothing.
#include <algorithm>

#include "base/error.h"
#include "store/history_log.h"
#include "store/pack_visit.h"
#include "store/purger.h"
#include "store/server_account.h"
#include "store/store_writer.h"

namespace yestermail {

PurgeMarker Purger::plan(std::span<const PurgeRequest> requests) {
  std::map<Uuid, PurgeMarker::Account> accounts;
  for (const auto& request : requests) {
    if (request.whole) plan_whole(request, accounts);
  }
  for (const auto& request : requests) {
    const auto uuid = writer_.uuid_of(request.account);
    if (request.whole || (accounts.contains(uuid) && accounts[uuid].whole)) continue;
    accounts[uuid].account = uuid;
    plan_account(request, accounts[uuid]);
  }
  std::map<Uuid, Digests> parts;
  PurgeMarker marker;
  for (auto& [uuid, account] : accounts) {
    std::sort(account.versions.begin(), account.versions.end());
    account.versions.erase(std::unique(account.versions.begin(), account.versions.end()), account.versions.end());
    std::sort(account.blobs.begin(), account.blobs.end());
    account.blobs.erase(std::unique(account.blobs.begin(), account.blobs.end()), account.blobs.end());
    if (!account.whole && (account.versions.empty() || !has_sound_history(uuid))) continue;
    result_.versions += account.versions.size();
    find_parts(account, parts);
    marker.accounts.push_back(std::move(account));
  }
  for (const auto& [pool, some] : parts) {
    PartMarker inner(writer_.world_.disk, writer_.layout_, pool);
    try {
      inner.add(some);
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage) throw;
      leave("attachments: " + std::string(error.what()));
      continue;
    }
    marker.parts[pool].assign(inner.candidates().begin(), inner.candidates().end());
    std::sort(marker.parts[pool].begin(), marker.parts[pool].end());
  }
  return marker;
}

void Purger::plan_account(const PurgeRequest& request, PurgeMarker::Account& to) {
  for (const auto& version : writer_.view_->versions(request.account, request.versions)) {
    to.versions.push_back(version.id);
    if (version.state.digest) to.blobs.push_back(*version.state.digest);
  }
}

void Purger::plan_whole(const PurgeRequest& request, std::map<Uuid, PurgeMarker::Account>& to) {
  const auto account = request.account == kServerAccount ? std::nullopt : writer_.view_->account(request.account);
  if (!account || account->until == kForever) {
    throw Error(Errc::kUsage, "account number " + std::to_string(request.account.value) +
                                  ": only an account that has ended can be removed as a whole");
  }
  if (!has_sound_history({})) return;
  const auto figures = writer_.view_->account_figures(request.account);
  result_.versions += figures.versions;
  result_.blobs += figures.blobs;
  to[account->uuid] = {account->uuid, true, {}, {}};
  auto& server = to[Uuid{}];
  for (const auto& version : writer_.view_->history(kServerAccount, ItemId{request.account.value})) {
    server.versions.push_back(version.id);
    if (version.state.digest) server.blobs.push_back(*version.state.digest);
  }
}

bool Purger::has_sound_history(const Uuid& account) {
  try {
    const HistoryLog log(writer_.world_.disk, writer_.layout_, writer_.id_, account);
    log.read_strictly([](const Transaction&) {});
    return true;
  } catch (const Error& error) {
    if (error.code() != Errc::kDamage) throw;
    leave("account " + account.hex() + ": nothing of it was removed: " + error.what());
    return false;
  }
}

void Purger::find_parts(const PurgeMarker::Account& account, std::map<Uuid, Digests>& parts) {
  const auto& layout = writer_.layout_;
  const Digests blobs(account.blobs.begin(), account.blobs.end());
  Uuid pool;
  for (const auto& happening : writer_.view_->happenings(kServerAccount, Instant{}, kForever, SIZE_MAX / 2)) {
    const auto& state = happening.version.state;
    if (state.account == account.account) pool = pool_id(writer_.view_->pool_scope(), account.account, state.name);
  }
  for (const auto& pack : packs_of(PackClass::kAccount, account.account)) {
    try {
      visit_pack(
          writer_.world_.disk, layout.pack(account.account, pack),
          [&](const PackEntry& entry) {
            return entry.form == BlobForm::kRecipe && (account.whole || blobs.contains(entry.digest));
          },
          [&](const PackEntry&, ByteView recipe) {
            visit_parts(recipe, [&](const Digest& part) { parts[pool].insert(part); });
          });
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage) throw;
      leave(std::string(error.what()) + ": the attachments that it names may stay");
    }
  }
}

}  // namespace yestermail
