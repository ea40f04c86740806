// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_owner.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <set>
#include <thread>

#include "base/error.h"
#include "store/catalog_schema.h"
#include "store/check_history.h"
#include "store/check_table.h"
#include "store/entry_row.h"
#include "store/fork_index.h"
#include "store/sqlite_files.h"

namespace yestermail {
namespace {

using Kind = FileFinding::Kind;
using Role = FileFinding::Role;

bool has(const std::vector<Digest>& sorted, const Digest& digest) {
  return std::binary_search(sorted.begin(), sorted.end(), digest);
}

/// Lists the packs of an owner and names what is none.
void list_packs(const CheckContext& context, CheckedOwner& owner) {
  owner.packs.clear();
  const auto directory = context.layout.store() + "/" + owner.directory() + "/packs";
  if (!context.world.disk.exists(directory)) return;
  for (const auto& text : context.world.disk.list(directory)) {
    if (const auto name = parse_pack_name(text)) {
      owner.packs.push_back(*name);
    } else {
      context.collector.file(
          owner.finding(Kind::kNote, Role::kOther, owner.directory() + "/packs/" + text, "not a file of a store"));
    }
  }
  std::sort(owner.packs.begin(), owner.packs.end());
}

void name_strangers(const CheckContext& context, const CheckedOwner& owner) {
  const auto directory = context.layout.store() + "/" + owner.directory();
  const std::string table = owner.is_pool() ? "index-0.db" : "catalog.db";
  for (const auto& name : context.world.disk.list(directory)) {
    const bool beside = std::any_of(kBesideDatabase.begin(), kBesideDatabase.end(),
                                    [&](const char* suffix) { return name == table + suffix; });
    const bool known = name == "packs" || (!owner.is_pool() && name == "log") || name == table || beside ||
                       (owner.is_pool() && owner.id.is_zero() && Uuid::from_hex(name));
    if (!known) {
      context.collector.file(
          owner.finding(Kind::kNote, Role::kOther, owner.directory() + "/" + name, "not a file of a store"));
    }
  }
}

using LostBlobs = std::vector<std::pair<Digest, std::string>>;

/// Packs that the table or the history names and that are not there, and packs that nothing names.
std::vector<FileFinding> compare_packs(const CheckContext& context, CheckedOwner& owner, CheckTable& table,
                                       const std::set<Digest>& named, LostBlobs& lost) {
  std::vector<FileFinding> findings;
  const auto known = table.packs();
  for (const auto& [name, rows] : known) {
    if (has(owner.packs, name) || context.world.disk.exists(context.layout.store() + "/" + owner.pack(name))) continue;
    const bool referred = rows.count > 0;
    auto finding = owner.finding(referred ? Kind::kMissing : Kind::kNote, Role::kPack, owner.pack(name),
                                 referred ? "missing; " + std::to_string(rows.count) + " blobs or parts stood in it"
                                          : "named by the history, not there, and nothing refers to it");
    finding.name = name;
    findings.push_back(std::move(finding));
    // What needs a part of it is looked for.
    if (!owner.is_pool() || !referred || !context.at_least(CheckLevel::kPacks)) continue;
    for (const auto& entry : table.contents(name)) {
      lost.emplace_back(entry.digest, "its pack " + name.hex() + " is missing");
    }
  }
  for (const auto& name : owner.packs) {
    if (known.contains(name)) continue;
    if (named.contains(name)) {
      findings.push_back(owner.finding(Kind::kDamaged, owner.is_pool() ? Role::kPoolIndex : Role::kCatalog,
                                       owner.table(), "does not know pack " + name.hex()));
      continue;
    }
    auto finding = owner.finding(Kind::kNote, Role::kPack, owner.pack(name),
                                 "no transaction names it: sealed when its writer was killed, or just now");
    finding.name = name;
    findings.push_back(std::move(finding));
  }
  owner.rows = known;
  return findings;
}

bool all_notes(const std::vector<FileFinding>& findings) {
  return std::all_of(findings.begin(), findings.end(), [](const auto& one) { return one.kind == Kind::kNote; });
}

/// The rows of a catalog against what the history amounts to.
class RowComparison {
 public:
  RowComparison(const CheckContext& context, const CheckedOwner& owner, const CheckedHistory& history,
                CheckTable& table)
      : context_(context),
        owner_(owner),
        rows_(history.replay.rows()),
        until_(context.journal.last_at),
        table_(table) {}

  void run() {
    table_.visit_entries([this](const CheckTable::Entry& entry) { one(entry); });
  }

  [[nodiscard]] std::uint64_t missing() const { return rows_.size() - seen_; }  ///< in the catalog
  [[nodiscard]] std::uint64_t different() const { return different_; }          ///< in the catalog
  [[nodiscard]] std::uint64_t more() const { return more_; }                    ///< than the history has
  [[nodiscard]] std::uint64_t versions() const { return versions_; }
  [[nodiscard]] const LostBlobs& bad() const { return bad_; }

 private:
  void one(const CheckTable::Entry& entry) {
    ++versions_;
    const auto version = version_of(entry.row);
    if (context_.at_least(CheckLevel::kPacks) && version.state.digest) resolve(*version.state.digest);
    if (entry.row.since > until_) return;  // It came after the journal was read.
    const auto found = rows_.find(entry.row.id);
    if (found == rows_.end()) {
      ++more_;
      return;
    }
    ++seen_;
    const auto until = entry.row.until > until_ ? kForever : entry.row.until;
    if (found->second.until == kForever && until != kForever) {
      ++more_;  // Of an end that the history does not know.
      return;
    }
    const bool same = found->second.since == entry.row.since && found->second.until == until &&
                      found->second.put_sum == HistoryReplay::put_sum(entry.row.put) &&
                      has_right_columns(entry, version);
    if (!same) ++different_;
  }

  static bool has_right_columns(const CheckTable::Entry& entry, const Version& version) {
    const auto& row = entry.row;
    const bool lasts = row.until == kForever;
    const auto node = lasts ? ForkNode{kLastingLevel, 0} : fork_of(row.since, row.until);
    const auto size = version.state.kind == EntryKind::kDirectory ? -1 : static_cast<std::int64_t>(version.state.size);
    const auto digest = version.state.digest ? digest_start(*version.state.digest) : 0;
    return node.level == row.level && node.middle == row.middle && entry.parent == version.state.parent.value &&
           entry.name == name_hash(version.state.name) && entry.item == version.item.value && entry.size == size &&
           entry.has_digest == version.state.digest.has_value() && entry.digest == digest;
  }

  void resolve(const Digest& digest) {
    if (!resolved_.insert(digest).second) return;
    const auto place = table_.find(digest);
    if (!place) {
      bad_.emplace_back(digest, "not in the store");
    } else if (place->pack && !has(owner_.packs, *place->pack) &&
               !context_.world.disk.exists(context_.layout.store() + "/" + owner_.pack(*place->pack))) {
      bad_.emplace_back(digest, "its pack " + place->pack->hex() + " is missing");
    }
  }

  const CheckContext& context_;
  const CheckedOwner& owner_;
  const HistoryReplay::Rows& rows_;
  const Instant until_;
  CheckTable& table_;
  std::set<Digest> resolved_;
  LostBlobs bad_;
  std::uint64_t versions_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t different_ = 0;
  std::uint64_t more_ = 0;
};

/// What one look at a catalog found.
struct CatalogLook {
  std::string damage;        ///< empty: it is sound
  std::string lost_history;  ///< what the catalog has and the history has not
  bool is_behind = false;
  std::uint64_t versions = 0;
  LostBlobs bad;
  std::vector<FileFinding> packs;

  [[nodiscard]] bool is_clean() const {
    return damage.empty() && lost_history.empty() && bad.empty() && all_notes(packs);
  }
};

CatalogLook look_at_catalog(const CheckContext& context, CheckedOwner& owner, const CheckedHistory& history) {
  CatalogLook look;
  CheckTable table(context.layout.store() + "/" + owner.table());
  const auto failure = table.integrity();
  if (!failure.empty()) {
    look.damage = failure;
    return look;
  }
  table.require_catalog_of(owner.id);
  const Lsn applied{table.meta(static_cast<int>(MetaKey::kAppliedLsn))};
  RowComparison comparison(context, owner, history, table);
  comparison.run();
  look.versions = comparison.versions();
  look.bad = comparison.bad();
  const bool knows_more = comparison.more() > 0 || (applied <= context.journal.last && applied > history.replay.last());
  if (knows_more) {
    look.lost_history =
        "the catalog knows of more than logs and journal tell; what is missing in them is "
        "lost when the catalog is made anew";
  }
  look.is_behind = applied < history.replay.last();
  look.packs = compare_packs(context, owner, table, history.replay.packs(), look.bad);
  if (!history.whole || knows_more) return look;  // The catalog is the better one.
  if (look.is_behind) look.damage = "it lacks what logs and journal tell";
  if (comparison.missing() > 0) look.damage = std::to_string(comparison.missing()) + " versions are missing in it";
  if (comparison.different() > 0) {
    look.damage = std::to_string(comparison.different()) + " versions in it are not what logs and journal tell";
  }
  return look;
}

CatalogLook look_safely(const CheckContext& context, CheckedOwner& owner, const CheckedHistory& history) {
  for (int looks = 1;; ++looks) {
    CatalogLook look;
    try {
      look = look_at_catalog(context, owner, history);
      if (look.is_clean()) return look;
    } catch (const Error& error) {
      look.damage = error.what();
    }
    if (looks >= most_check_looks(context.world.disk, context.layout)) return look;
    // A writer may be about to apply what it has written, to seal a pack, or to make the catalog anew.
    std::this_thread::sleep_for(kCheckPause);
    list_packs(context, owner);
  }
}

std::string below(const std::string& store, const std::string& what) {
  const auto prefix = store + "/";
  return what.starts_with(prefix) ? what.substr(prefix.size()) : what;
}

}  // namespace

void DigestSum::add(const Digest& digest) {
  std::uint64_t head = 0;
  std::memcpy(&head, digest.bytes().data(), sizeof head);
  sum += head;
  ++count;
}

std::string CheckedOwner::directory() const {
  return is_pool() ? Layout::pool_directory(id) : Layout::account_directory(id);
}

std::string CheckedOwner::table() const { return directory() + (is_pool() ? "/index-0.db" : "/catalog.db"); }

FileFinding CheckedOwner::finding(FileFinding::Kind kind, FileFinding::Role role, std::string path,
                                  std::string what) const {
  FileFinding finding;
  finding.kind = kind;
  finding.role = role;
  finding.path = std::move(path);
  finding.what = std::move(what);
  finding.owner = id;
  finding.of_pool = is_pool();
  return finding;
}

void check_account(const CheckContext& context, CheckedOwner& owner) {
  const auto& layout = context.layout;
  if (!context.world.disk.exists(layout.logs(owner.id)) || !context.world.disk.exists(layout.packs(owner.id))) {
    context.collector.file(owner.finding(Kind::kMissing, Role::kLog, owner.directory(),
                                         "the account's directory is missing or not whole"));
    return;
  }
  name_strangers(context, owner);
  const auto history =
      read_history(context.world.disk, layout, context.header.id, owner.id, context.journal, false, &context.collector);
  owner.last = history.replay.last();
  list_packs(context, owner);
  CheckTally tally;
  tally.accounts = owner.id.is_zero() ? 0 : 1;
  tally.transactions = history.replay.transactions();
  if (!context.world.disk.exists(layout.catalog(owner.id))) {
    context.collector.file(owner.finding(Kind::kMissing, Role::kCatalog, owner.table(), "missing"));
    context.collector.count(tally);
    return;
  }
  const auto look = look_safely(context, owner, history);
  tally.versions = look.versions;
  context.collector.count(tally);
  owner.table_sound = look.damage.empty();
  if (!look.damage.empty()) {
    context.collector.file(owner.finding(Kind::kDamaged, Role::kCatalog, owner.table(),
                                         below(layout.store() + "/" + owner.table(), look.damage)));
  }
  if (!look.lost_history.empty()) {
    context.collector.file(owner.finding(Kind::kMissing, Role::kLog, owner.directory() + "/log", look.lost_history));
  }
  for (const auto& finding : look.packs) context.collector.file(finding);
  for (const auto& [digest, why] : look.bad) context.collector.blob(PackClass::kAccount, owner.id, digest, why);
}

void check_pool(const CheckContext& context, CheckedOwner& owner, const std::set<Digest>& named) {
  const auto path = context.layout.store() + "/" + owner.table();
  name_strangers(context, owner);
  if (!context.world.disk.exists(path)) {
    list_packs(context, owner);
    context.collector.file(owner.finding(Kind::kMissing, Role::kPoolIndex, owner.table(), "missing"));
    return;
  }
  for (int looks = 1;; ++looks) {
    std::string failure;
    std::vector<FileFinding> findings;
    LostBlobs lost;
    try {
      list_packs(context, owner);
      CheckTable table(path);
      failure = table.integrity();
      if (failure.empty()) findings = compare_packs(context, owner, table, named, lost);
    } catch (const Error& error) {
      failure = below(path, error.what());
    }
    owner.table_sound = failure.empty();
    if (!failure.empty()) findings.push_back(owner.finding(Kind::kDamaged, Role::kPoolIndex, owner.table(), failure));
    if (all_notes(findings) || looks >= most_check_looks(context.world.disk, context.layout)) {
      for (const auto& finding : findings) context.collector.file(finding);
      for (const auto& [part, why] : lost) context.collector.blob(PackClass::kPool, owner.id, part, why);
      return;
    }
    std::this_thread::sleep_for(kCheckPause);
  }
}

void visit_versions(const CheckContext& context, const CheckedOwner& owner,
                    const std::function<void(const Version&)>& visit) {
  if (owner.table_sound) {
    CheckTable table(context.layout.store() + "/" + owner.table());
    table.visit_entries([&](const CheckTable::Entry& entry) { visit(version_of(entry.row)); });
    return;
  }
  const auto history =
      read_history(context.world.disk, context.layout, context.header.id, owner.id, context.journal, true, nullptr);
  for (const auto& [id, row] : history.replay.rows()) {
    EntryRow entry;
    entry.id = id;
    entry.put = row.put;
    entry.since = row.since;
    entry.until = row.until;
    visit(version_of(entry));
  }
}

}  // namespace yestermail
