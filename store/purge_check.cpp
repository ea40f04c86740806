// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/purge_check.h"

#include <map>
#include <set>
#include <unordered_set>

#include "base/error.h"
#include "store/catalog_reader.h"
#include "store/history_log.h"
#include "store/journal_segment.h"
#include "store/layout.h"
#include "store/pack_reader.h"
#include "store/store_header.h"

namespace yestermail {
namespace {

class Checker {
 public:
  Checker(StoreWorld world, const std::string& path)
      : disk_(world.disk), layout_(path), id_(read_store_header(disk_, layout_).id) {}

  PurgeCheck run() {
    if (disk_.exists(layout_.purging())) find("a purge is under way, or was cut off: the next writer finishes it");
    look_through(Uuid{});
    for (const auto& shard : disk_.list(layout_.accounts())) {
      for (const auto& name : disk_.list(layout_.accounts() + "/" + shard)) {
        if (const auto account = Uuid::from_hex(name)) look_through(*account);
      }
    }
    for (const auto& account : gone_) {
      if (disk_.exists(layout_.account(account))) find("account " + account.hex() + ": erased, and still there");
    }
    look_through_journal();
    return result_;
  }

 private:
  void find(const std::string& what) { result_.found.push_back(what); }

  void look_through(const Uuid& account) {
    ++result_.accounts;
    try {
      look_through_logs(account);
      CatalogReader catalog(layout_.catalog(account), account);
      for (const auto version : purged_[account]) {
        if (catalog.version(version)) find(name(account, version) + "still in the catalog");
      }
      look_through_packs(account, catalog);
    } catch (const Error& error) {
      if (error.code() != Errc::kNotFound) throw;  // Written anew, or removed, in this moment.
    }
  }

  // A version is always put before it is purged: what is left of it stands before.
  void look_through_logs(const Uuid& account) {
    std::set<VersionId> there;
    const HistoryLog log(disk_, layout_, id_, account);
    log.read_strictly([&](const Transaction& transaction) {
      for (const auto& operation : transaction.operations) {
        if (const auto* put = std::get_if<PutOperation>(&operation)) there.insert(put->version);
        const auto* purge = std::get_if<PurgeOperation>(&operation);
        if (purge == nullptr) continue;
        purged_[account].insert(purge->versions.begin(), purge->versions.end());
        gone_.insert(purge->accounts.begin(), purge->accounts.end());
      }
    });
    result_.purged += purged_[account].size();
    for (const auto version : purged_[account]) {
      if (there.contains(version)) find(name(account, version) + "still in the logs");
    }
  }

  void look_through_packs(const Uuid& account, CatalogReader& catalog) {
    std::unordered_set<Digest> seen;
    for (const auto& text : disk_.list(layout_.packs(account))) {
      const auto pack = parse_pack_name(text);
      if (!pack) continue;
      for (const auto& entry : PackReader(disk_, layout_.pack(account, *pack)).contents()) {
        if (!seen.insert(entry.digest).second) continue;
        ++result_.contents;
        if (catalog.with_content(entry.digest).empty()) ++result_.unreferenced;
      }
    }
  }

  void look_through_journal() {
    for (const auto& text : disk_.list(layout_.journal())) {
      const auto number = parse_segment_name(text);
      if (!number || !disk_.exists(layout_.segment(*number))) continue;
      const auto file = disk_.open(layout_.segment(*number), Filesystem::Open::kRead);
      const auto header = read_segment_header(*file, id_);
      if (!header || header->number != *number) continue;
      read_segment(*file, *header, [&](const Batch& batch) {
        for (const auto& transaction : batch.transactions) look_at(transaction);
      });
    }
  }

  void look_at(const Transaction& transaction) {
    for (const auto& operation : transaction.operations) {
      const auto* put = std::get_if<PutOperation>(&operation);
      if (put != nullptr && purged_[transaction.account].contains(put->version)) {
        find(name(transaction.account, put->version) + "still in the journal");
      }
    }
  }

  static std::string name(const Uuid& account, VersionId version) {
    return "account " + account.hex() + ": version " + std::to_string(version.value) + " was removed and is ";
  }

  Filesystem& disk_;
  const Layout layout_;
  const Uuid id_;
  PurgeCheck result_;
  std::map<Uuid, std::set<VersionId>> purged_;
  std::set<Uuid> gone_;
};

}  // namespace

PurgeCheck check_purged(StoreWorld world, const std::string& path) { return Checker(world, path).run(); }

}  // namespace yestermail
