// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/history_replay.h"

#include <set>

#include "base/checksum.h"

namespace yestermail {

std::uint64_t HistoryReplay::put_sum(ByteView put) { return checksum(put); }

void HistoryReplay::apply(const Transaction& transaction) {
  ++transactions_;
  last_ = transaction.lsn;
  for (const auto& operation : transaction.operations) {
    if (const auto* put_operation = std::get_if<PutOperation>(&operation)) {
      put(*put_operation, transaction.at);
    } else if (const auto* remove = std::get_if<RemoveOperation>(&operation)) {
      if (const auto found = by_item_.find(remove->item); found != by_item_.end()) {
        end(Lasting(found->second), transaction.at);
      }
    } else if (const auto* pack = std::get_if<PackOperation>(&operation)) {
      if (pack->pack_class == PackClass::kAccount) packs_.insert(pack->name);
      if (pack->pack_class == PackClass::kPool) pool_packs_.insert({pack->pool, pack->name});
    } else if (std::holds_alternative<GapOperation>(operation)) {
      ++gaps_;
    } else if (const auto* purged = std::get_if<PurgeOperation>(&operation)) {
      purge(*purged);
    }
  }
}

void HistoryReplay::put(PutOperation operation, Instant at) {
  const auto item = operation.item;
  if (const auto found = by_item_.find(item); found != by_item_.end()) {
    const auto lasting = found->second;
    if (end(lasting, at) && operation.body == lasting.version) operation.body = operation.version;
  }
  const auto place = checksum(as_bytes(operation.state.name), operation.state.parent.value);
  if (operation.state.parent != kNoItem) {
    if (const auto taken = by_place_.find(place); taken != by_place_.end())
      end(Lasting(by_item_.at(taken->second)), at);
    by_place_[place] = item;
  }
  Row row;
  row.since = at;
  Bytes body;
  encode_put_body(operation, body);
  row.put_sum = put_sum(body);
  if (keep_puts_) row.put = std::move(body);
  rows_[operation.version] = std::move(row);
  by_item_[item] = {item, operation.version, operation.state.parent == kNoItem ? 0 : place};
}

void HistoryReplay::purge(const PurgeOperation& operation) {
  const std::set<VersionId> gone(operation.versions.begin(), operation.versions.end());
  for (const auto version : gone) rows_.erase(version);
  std::erase_if(by_item_, [&](const auto& lasting) {
    if (!gone.contains(lasting.second.version)) return false;
    const auto place = by_place_.find(lasting.second.place);
    if (place != by_place_.end() && place->second == lasting.second.item) by_place_.erase(place);
    return true;
  });
}

bool HistoryReplay::end(const Lasting& lasting, Instant at) {
  if (const auto place = by_place_.find(lasting.place); place != by_place_.end() && place->second == lasting.item) {
    by_place_.erase(place);
  }
  const auto row = rows_.find(lasting.version);
  by_item_.erase(lasting.item);  // `lasting` is no part of it.
  if (row == rows_.end()) return false;
  if (row->second.since >= at) {
    rows_.erase(row);
    return true;
  }
  row->second.until = at;
  return false;
}

}  // namespace yestermail
