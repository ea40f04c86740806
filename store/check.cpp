// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "base/error.h"
#include "store/catalog_schema.h"
#include "store/check_history.h"
#include "store/check_items.h"
#include "store/check_joiner.h"
#include "store/check_owner.h"
#include "store/check_pack.h"
#include "store/check_record.h"
#include "store/check_round.h"
#include "store/check_table.h"
#include "store/check_tasks.h"
#include "store/history_log.h"
#include "store/pack_reader.h"
#include "store/server_account.h"

namespace yestermail {
namespace {

using Kind = FileFinding::Kind;
using Role = FileFinding::Role;

FileFinding plain_finding(Kind kind, Role role, std::string path, std::string what) {
  FileFinding finding;
  finding.kind = kind;
  finding.role = role;
  finding.path = std::move(path);
  finding.what = std::move(what);
  return finding;
}

void check_header(Filesystem& disk, const Layout& layout, CheckCollector& collector) {
  const auto bytes = read_file(disk, layout.header(), 1U << 20U);
  const auto half = bytes.size() / 2;
  if (bytes.size() % 2 == 0 && std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(half),
                                          bytes.begin() + static_cast<std::ptrdiff_t>(half), bytes.end())) {
    return;
  }
  collector.file(plain_finding(Kind::kDamaged, Role::kHeader, Layout::kHeaderName, "one of its two copies is damaged"));
}

/// What a check that was asked for a part of the store leaves out.
class Check {
 public:
  Check(StoreWorld world, const std::string& path, const CheckOptions& options, CheckProgress* progress)
      : options_(options),
        progress_(progress),
        context_{world, Layout(path), read_store_header(world.disk, Layout(path)), options.level, {}, collector_},
        record_(read_check_record(world.disk, context_.layout)),
        begun_(world.clock.now()),
        joiner_(context_) {}

  CheckFindings run() {
    if (options_.remember && is_of_everything()) {
      begin_check_round(record_.state, options_.level, begun_, options_.budget_micros.has_value());
      write_record();
    }
    look_at_store();
    find_owners();
    check_structure();
    if (context_.at_least(CheckLevel::kPacks)) check_packs();
    if (!joined_all()) find_referrers(context_, owners_);
    auto findings = collector_.take();
    name_items(context_, owners_, findings);
    findings.level = options_.level;
    if (options_.remember) remember(findings);
    return findings;
  }

 private:
  [[nodiscard]] Filesystem& disk() const { return context_.world.disk; }

  [[nodiscard]] bool is_of_everything() const { return !options_.wanted && !options_.changed; }
  [[nodiscard]] bool joined_all() const {
    return context_.at_least(CheckLevel::kItems) && is_of_everything() && !stopped_;
  }

  /// `share`: of the time that there is.
  [[nodiscard]] bool has_time(double share) const {
    if (!options_.budget_micros) return true;
    const auto used = context_.world.clock.now().value - begun_.value;
    return static_cast<double>(used) < share * static_cast<double>(*options_.budget_micros);
  }

  void look_at_store() {
    check_header(disk(), context_.layout, collector_);
    // Opening recovers what a crash left, and makes these two anew if they are gone.
    for (const auto& table : {context_.layout.catalog({}), context_.layout.pool_index({})}) {
      if (disk().exists(table)) continue;
      const bool is_pool = table == context_.layout.pool_index({});
      auto finding = plain_finding(Kind::kMissing, is_pool ? Role::kPoolIndex : Role::kCatalog,
                                   table.substr(context_.layout.store().size() + 1), "missing");
      finding.of_pool = is_pool;
      collector_.file(std::move(finding));
    }
    try {
      open_view(context_.world, context_.layout.store());
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage && error.code() != Errc::kNotFound) throw;
    }
    Lsn closed_at;
    try {
      if (!disk().exists(context_.layout.writing())) {
        closed_at = Lsn{CheckTable(context_.layout.catalog({})).meta(static_cast<int>(MetaKey::kClosedAt))};
      }
    } catch (const Error&) {  // Its damage is named with the others.
    }
    context_.journal = check_journal(disk(), context_.layout, context_.header.id, closed_at,
                                     context_.at_least(CheckLevel::kFrames), collector_);
    name_strangers();
  }

  void name_strangers() {
    static const std::set<std::string> kOurs{
        "yestermail.store", "yestermail.conf", "lock", "writing", "watching",   "control", "tmp",   "journal",
        "server",           "accounts",        "pool", "checked", "quarantine", "purging", "search"};
    for (const auto& name : disk().list(context_.layout.store())) {
      if (kOurs.contains(name)) continue;
      collector_.file(plain_finding(Kind::kNote, Role::kOther, name, "not a file of a store"));
    }
    for (const auto& name : disk().list(context_.layout.journal())) {
      if (name == "spare" || parse_segment_name(name)) continue;
      collector_.file(plain_finding(Kind::kNote, Role::kOther, "journal/" + name, "not a file of a store"));
    }
  }

  void find_owners() {
    CheckedOwner server;
    server.account.name = "@server";
    server.account.layout = "fs";
    check_owner(server, {});
    std::map<ItemId, Account> accounts;
    visit_versions(context_, server, [&](const Version& version) {
      if (version.state.kind != EntryKind::kAccount || !version.state.account) return;
      auto& account = accounts[version.item];
      if (account.since.value != 0 && version.since < account.since) return;
      account.number = AccountNumber{static_cast<std::uint32_t>(version.item.value)};
      account.uuid = *version.state.account;
      account.name = version.state.name;
      account.source = version.state.source;
      account.layout = version.state.layout;
      account.since = version.since;
      account.until = version.until;
    });
    if (!options_.wanted) owners_.push_back(std::move(server));
    std::set<Uuid> known;
    std::set<Uuid> pools;
    for (const auto& [item, account] : accounts) {
      known.insert(account.uuid);
      if (options_.wanted && !options_.wanted(account.name)) continue;
      CheckedOwner owner;
      owner.id = account.uuid;
      owner.account = account;
      owner.pool = pool_id(context_.header.pool, account.uuid, account.name);
      pools.insert(owner.pool);
      owners_.push_back(std::move(owner));
    }
    if (options_.wanted && owners_.empty()) {
      throw Error(Errc::kNotFound, "no account matches: \"yestermail accounts\" lists those that are known");
    }
    name_unknown_accounts(known);
    for (const auto& pool : pools_of(disk(), context_.layout)) {
      if (options_.wanted && !pools.contains(pool)) continue;
      CheckedOwner owner;
      owner.pack_class = PackClass::kPool;
      owner.id = pool;
      owners_.push_back(std::move(owner));
    }
  }

  void name_unknown_accounts(const std::set<Uuid>& known) {
    const auto& layout = context_.layout;
    for (const auto& shard : disk().list(layout.accounts())) {
      for (const auto& name : disk().list(layout.accounts() + "/" + shard)) {
        const auto account = Uuid::from_hex(name);
        if (account && known.contains(*account)) continue;
        collector_.file(plain_finding(Kind::kNote, Role::kOther, "accounts/" + shard + "/" + name,
                                      "no account of the server has this directory"));
      }
    }
  }

  void check_owner(CheckedOwner& owner, const std::set<Digest>& named) {
    try {
      owner.is_pool() ? check_pool(context_, owner, named) : check_account(context_, owner);
    } catch (const Error& error) {
      collector_.file(owner.finding(Kind::kDamaged, Role::kOther, owner.directory(), error.what()));
    }
  }

  [[nodiscard]] Instant last_check_of(const CheckedOwner& owner) const {
    const auto found = record_.accounts.find(owner.id);
    return found == record_.accounts.end() ? Instant{} : found->second.at;
  }

  [[nodiscard]] bool has_changed(const CheckedOwner& owner) const {
    const auto found = record_.accounts.find(owner.id);
    if (found == record_.accounts.end()) return true;
    if (!disk().exists(context_.layout.logs(owner.id))) return true;
    const auto covered = HistoryLog(disk(), context_.layout, context_.header.id, owner.id).covered();
    if (covered > found->second.last) return true;
    const auto journaled = context_.journal.transactions.find(owner.id);
    if (journaled == context_.journal.transactions.end()) return false;
    ByteReader in(journaled->second);
    while (!in.done()) {
      if (decode_transaction(in).lsn > found->second.last) return true;
    }
    return false;
  }

  void check_structure() {
    std::set<std::pair<Uuid, Digest>> named;
    const auto server = read_history(disk(), context_.layout, context_.header.id, {}, context_.journal, false, nullptr);
    named = server.replay.pool_packs();
    std::vector<CheckedOwner*> order;
    for (auto& owner : owners_) {
      if (!owner.is_pool() && owner.id.is_zero()) {
        looked_at_.insert(&owner);  // Already.
      } else if (options_.changed && !owner.is_pool() && !has_changed(owner)) {
        continue;
      } else {
        order.push_back(&owner);
      }
    }
    // Pools first: nothing can be joined without them.
    std::stable_sort(order.begin(), order.end(), [&](const CheckedOwner* a, const CheckedOwner* b) {
      return std::pair(!a->is_pool(), last_check_of(*a)) < std::pair(!b->is_pool(), last_check_of(*b));
    });
    std::vector<std::function<void()>> tasks;
    for (auto* owner : order) {
      std::set<Digest> names;
      for (const auto& [pool, name] : named) {
        if (owner->is_pool() && pool == owner->id) names.insert(name);
      }
      tasks.emplace_back([this, owner, names = std::move(names)] {
        check_owner(*owner, names);
        const std::scoped_lock lock(mutex_);
        looked_at_.insert(owner);
      });
    }
    const double share = context_.at_least(CheckLevel::kPacks) ? 0.5 : 1;
    const auto left = run_tasks(options_.threads, tasks, [this, share] { return has_time(share); });
    stop(left);
  }

  void stop(std::uint64_t left) {
    if (left == 0) return;
    collector_.left(left, true);
    stopped_ = true;
  }

  struct PackTask {
    CheckedOwner* owner = nullptr;
    Digest name;
    Instant before;
    std::uint64_t bytes = 0;
  };

  std::vector<PackTask> plan_packs() {
    std::vector<PackTask> packs;
    for (auto& owner : owners_) {
      if (!looked_at_.contains(&owner)) continue;
      // Of a part of the accounts: what they need of the pool is looked at when it is joined.
      if (owner.is_pool() && options_.wanted) continue;
      for (const auto& name : owner.packs) {
        PackTask task{&owner, name, {}, 0};
        if (const auto found = record_.packs.find(name); found != record_.packs.end()) {
          if (options_.changed && found->second.level >= options_.level) continue;
          task.before = found->second.at;
        }
        packs.push_back(task);
      }
    }
    std::stable_sort(packs.begin(), packs.end(),
                     [](const PackTask& a, const PackTask& b) { return a.before < b.before; });
    return packs;
  }

  /// Where an index is damaged, the packs tell too where parts are.
  void know_parts() {
    for (const auto& owner : owners_) {
      if (!owner.is_pool() || owner.table_sound || !looked_at_.contains(&owner)) continue;
      for (const auto& name : owner.packs) {
        try {
          joiner_.know_parts(owner.id, name,
                             PackReader(disk(), context_.layout.store() + "/" + owner.pack(name)).contents());
        } catch (const Error&) {  // Named when the pack is looked at.
        }
      }
    }
  }

  void check_packs() {
    auto packs = plan_packs();
    if (context_.at_least(CheckLevel::kItems)) know_parts();
    std::uint64_t total = 0;
    for (auto& task : packs) {
      try {
        const auto path = context_.layout.store() + "/" + task.owner->pack(task.name);
        total += task.bytes = disk().open(path, Filesystem::Open::kRead)->size();
      } catch (const Error&) {  // It went meanwhile, or is named when it is looked at.
      }
    }
    std::vector<std::function<void()>> tasks;
    for (const auto& task : packs) {
      tasks.emplace_back([this, &task, total] {
        check_pack(context_, *task.owner, task.name, joiner_);
        const std::scoped_lock lock(mutex_);
        packs_done_.push_back(task.name);
        bytes_done_ += task.bytes;
        if (progress_ != nullptr) progress_->advanced(bytes_done_, total);
      });
    }
    stop(run_tasks(options_.threads, tasks, [this] { return has_time(1); }));
    if (context_.at_least(CheckLevel::kItems)) check_journaled();
  }

  /// What stands in the journal only, and is a recipe.
  void check_journaled() {
    std::map<std::pair<PackClass, Uuid>, const CheckedOwner*> owners;
    for (const auto& owner : owners_) {
      if (looked_at_.contains(&owner)) owners[{owner.pack_class, owner.id}] = &owner;
    }
    for (const auto& blob : context_.journal.blobs) {
      const auto owner = owners.find({blob.pack_class, blob.owner});
      if (blob.place.form != BlobForm::kRecipe || owner == owners.end()) continue;
      const auto& pool = owner->second->is_pool() ? owner->second->id : owner->second->pool;
      if (const auto why = joiner_.compare(blob, pool)) {
        collector_.blob(blob.pack_class, blob.owner, blob.digest, *why);
      }
    }
  }

  void remember(const CheckFindings& findings) {
    const auto now = context_.world.clock.now();
    for (const auto* owner : looked_at_) {
      if (!owner->is_pool()) record_.accounts[owner->id] = {now, owner->last};
    }
    if (is_of_everything() && !stopped_) record_.packs.clear();  // Those that are gone are forgotten.
    for (const auto& name : packs_done_) record_.packs[name] = {now, options_.level};
    end_check_round(record_.state,
                    {now, options_.level, is_of_everything(), stopped_, findings.left, findings.damaged()},
                    [this](Instant since) { return all_seen_since(since); });
    write_record();
  }

  [[nodiscard]] bool all_seen_since(Instant since) {
    return std::all_of(owners_.begin(), owners_.end(), [&](const CheckedOwner& owner) {
      if (!owner.is_pool() && last_check_of(owner) < since) return false;
      if (!context_.at_least(CheckLevel::kPacks)) return true;
      const auto names =
          disk().list(owner.is_pool() ? context_.layout.pool_packs(owner.id) : context_.layout.packs(owner.id));
      return has_seen_packs(record_, names, since, options_.level);
    });
  }

  void write_record() {
    try {
      write_check_record(disk(), context_.layout, record_);
    } catch (const Error& error) {
      context_.world.log.warning(std::string("not remembered that this was checked: ") + error.what());
    }
  }

  const CheckOptions& options_;
  CheckProgress* const progress_;
  CheckCollector collector_;
  CheckContext context_;
  CheckRecord record_;
  const Instant begun_;
  CheckJoiner joiner_;
  std::vector<CheckedOwner> owners_;
  bool stopped_ = false;
  std::mutex mutex_;  // Guards all below while threads run.
  std::set<const CheckedOwner*> looked_at_;
  std::vector<Digest> packs_done_;
  std::uint64_t bytes_done_ = 0;
};

}  // namespace

CheckFindings check_store(StoreWorld world, const std::string& path, const CheckOptions& options,
                          CheckProgress* progress) {
  return Check(world, path, options, progress).run();
}

std::optional<LastCheck> last_check(StoreWorld world, const std::string& path) { return check_state(world, path).last; }

CheckState check_state(StoreWorld world, const std::string& path) {
  return read_check_record(world.disk, Layout(path)).state;
}

}  // namespace yestermail
