// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/repair.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <thread>

#include "base/error.h"
#include "store/blob_splitter.h"
#include "store/check_table.h"
#include "store/file_healer.h"
#include "store/pack_reader.h"
#include "store/pack_salvage.h"
#include "store/part_recovery.h"
#include "store/quarantine.h"
#include "store/store_header.h"
#include "store/store_writer.h"

namespace yestermail {
namespace {

using Kind = FileFinding::Kind;
using Role = FileFinding::Role;

std::unique_ptr<FileLock> lock_store(StoreWorld world, const Layout& layout) {
  constexpr int kTries = 20;
  constexpr auto kBetweenTries = std::chrono::milliseconds(50);
  for (int tries = 0;; ++tries) {
    if (auto lock = world.disk.try_lock(layout.lock())) return lock;
    if (tries == kTries) {
      throw Error(Errc::kLocked,
                  layout.store() + ": another yestermail writes to this store; stop it, and repair then");
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
}

std::unique_ptr<StoreWriter> open_writer(StoreWorld world, const std::string& path) {
  const Layout layout(path);
  StoreTuning tuning;
  tuning.background_packing = false;
  tuning.compression_level = read_settings(world.disk, layout).compression.value_or(tuning.compression_level);
  return std::make_unique<StoreWriter>(world, path, tuning, lock_store(world, layout));
}

/// True: the blob can be read to its end.
bool can_read(View& view, AccountNumber account, const Digest& digest) {
  try {
    const auto blob = view.open_blob(account, digest);
    Bytes piece(1U << 20U);
    for (std::uint64_t at = 0; at < blob->size();) {
      const auto got = blob->read(at, piece);
      if (got == 0) return false;
      at += got;
    }
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::optional<Bytes> read_blob(View& view, AccountNumber account, const Digest& digest) {
  try {
    const auto blob = view.open_blob(account, digest);
    Bytes bytes(static_cast<std::size_t>(blob->size()));
    for (std::size_t at = 0; at < bytes.size();) {
      const auto got = blob->read(at, std::span(bytes).subspan(at));
      if (got == 0) return std::nullopt;
      at += got;
    }
    return Digest::of(bytes) == digest ? std::optional(std::move(bytes)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// A log that says what is tried and fails, and not more: the check has named it.
class QuietLog final : public Log {
 public:
  void warning(std::string_view /*line*/) override {}
  void error(std::string_view /*line*/) override {}
};

class Repair {
 public:
  Repair(StoreWorld world, const std::string& path, const CheckFindings& findings, const RepairSources& sources)
      : world_{world.disk, world.clock, quiet_},
        layout_(path),
        findings_(findings),
        sources_(sources),
        guard_(world.disk, layout_, sources.erased) {}

  RepairReport run() {
    {
      // What comes whole from a copy comes first: it may be needed to open the store.
      const auto lock = lock_store(world_, layout_);
      FileHealer(world_, layout_, findings_, sources_, guard_, report_).run();
    }
    writer_ = open_writer(world_, layout_.store());
    salvage_packs();
    make_tables_anew();
    forget_lost_parts();
    heal_blobs();
    writer_.reset();
    if (!guard_.doubt().empty()) report_.left.push_back(guard_.doubt());
    return std::move(report_);
  }

 private:
  [[nodiscard]] std::string full(const std::string& path) const { return layout_.store() + "/" + path; }

  PackContents known_contents(const FileFinding& file) {
    try {
      return CheckTable(file.of_pool ? layout_.pool_index(file.owner) : layout_.catalog(file.owner))
          .contents(*file.name);
    } catch (const Error&) {
      return {};
    }
  }

  void salvage_packs() {
    std::set<std::string> seen;
    for (const auto& file : findings_.files) {
      if (file.role != Role::kPack || file.kind == Kind::kNote || !file.name || !seen.insert(file.path).second)
        continue;
      const auto pack_class = file.of_pool ? PackClass::kPool : PackClass::kAccount;
      if (!world_.disk.exists(full(file.path))) {
        forget_missing(file, pack_class);
        continue;
      }
      if (Digest::of(read_file(world_.disk, full(file.path))) == *file.name) continue;  // From a copy.
      const auto salvaged = salvage_pack(*writer_, pack_class, file.owner, *file.name, known_contents(file));
      report_.done.push_back(file.path + ": " + std::to_string(salvaged.kept) + " blobs or parts taken out of it, " +
                             std::to_string(salvaged.lost.size()) + " lost; it is in quarantine");
      if (file.of_pool) note_lost(file.owner, salvaged.lost);
    }
  }

  void note_lost(const Uuid& pool, const std::vector<Digest>& parts) {
    for (const auto& part : parts) lost_parts_.insert({pool, part});
  }

  void forget_missing(const FileFinding& file, PackClass pack_class) {
    std::vector<Digest> lost;
    for (const auto& entry : known_contents(file)) {
      writer_->forget_place(pack_class, file.owner, entry.digest);
      lost.push_back(entry.digest);
    }
    if (file.of_pool) note_lost(file.owner, lost);
    report_.done.push_back(file.path + ": missing; nothing refers to it any more");
  }

  [[nodiscard]] bool has_whole_history(const Uuid& account) const {
    return std::none_of(findings_.files.begin(), findings_.files.end(), [&](const FileFinding& file) {
      if (file.kind == Kind::kNote) return false;
      return file.role == Role::kJournal || (file.role == Role::kLog && file.owner == account);
    });
  }

  void make_tables_anew() {
    for (const auto& file : findings_.files) {
      if (!file.is_derived() || file.kind == Kind::kNote) continue;
      if (!file.of_pool && !has_whole_history(file.owner)) {
        report_.left.push_back(file.path + ": not made anew, as the history of its account is not whole");
        continue;
      }
      file.of_pool ? writer_->rebuild_pool(file.owner) : writer_->rebuild_catalog(file.owner);
      report_.done.push_back(file.path + ": made anew");
    }
    for (const auto& file : findings_.files) {
      if (file.kind == Kind::kNote || (file.role != Role::kJournal && file.role != Role::kLog)) continue;
      if (file.role == Role::kLog && digest_in(file.path) && has_its_digest(world_.disk, full(file.path))) continue;
      report_.left.push_back(file.path + ": " + file.what + " (only a copy of this store can heal it: --from)");
    }
  }

  /// Otherwise they would pass for stored when a mail has them again.
  void forget_lost_parts() {
    for (const auto& blob : findings_.blobs) {
      if (blob.pack_class != PackClass::kPool || writer_->store_view().part_is(blob.owner, blob.digest, {})) continue;
      writer_->forget_place(PackClass::kPool, blob.owner, blob.digest);
      lost_parts_.insert({blob.owner, blob.digest});
    }
  }

  struct Wanted {
    std::vector<const ItemFinding*> items;
    Instant since;
  };
  std::map<std::pair<AccountNumber, Digest>, Wanted> wanted() const {
    std::map<std::pair<AccountNumber, Digest>, Wanted> all;
    for (const auto& item : findings_.items) {
      for (const auto& version : item.versions) {
        auto& one = all[{item.account, version.digest}];
        one.items.push_back(&item);
        one.since = std::max(one.since, version.since);
      }
    }
    return all;
  }

  void heal_blobs() {
    auto& view = writer_->view();
    for (const auto& [key, one] : wanted()) {
      const auto& [number, digest] = key;
      const auto account = view.account(number);
      if (!account) continue;
      if (can_read(view, number, digest) || heal_blob({*account, digest, one.items, one.since})) {
        ++report_.healed;
      } else {
        ++report_.lost;
      }
    }
  }

  bool heal_blob(const WantedBlob& wanted) {
    if (guard_.is_erased(wanted.account.uuid, wanted.digest, wanted.since)) {
      report_.left.push_back(printable(wanted.account.name) + ": " + printable(wanted.items.front()->name) +
                             ": not taken back, as it was erased: erase it again, which removes what is back of it");
      return false;
    }
    auto bytes = from_other_account(wanted);
    if (!bytes && sources_.blob) bytes = sources_.blob(wanted);
    if (!bytes || Digest::of(*bytes) != wanted.digest) return false;
    const auto& uuid = wanted.account.uuid;
    if (writer_->find_place(PackClass::kAccount, uuid, wanted.digest)) {
      store_lost_parts(wanted, *bytes);
      if (can_read(writer_->view(), wanted.account.number, wanted.digest)) return true;
      writer_->forget_place(PackClass::kAccount, uuid, wanted.digest);
    }
    const std::vector<Bytes> blobs{std::move(*bytes)};
    writer_->record(wanted.account.number, {}, blobs);
    return can_read(writer_->view(), wanted.account.number, wanted.digest);
  }

  std::optional<Bytes> from_other_account(const WantedBlob& wanted) {
    auto& view = writer_->view();
    for (const auto& other : view.accounts(kForever)) {
      if (other.number == wanted.account.number) continue;
      if (!writer_->has_blob(other.uuid, wanted.digest)) continue;
      if (auto bytes = read_blob(view, other.number, wanted.digest)) return bytes;
    }
    return std::nullopt;
  }

  /// By the recipe that is there: after a rebuild it counts again, so it has to find its parts.
  void store_lost_parts(const WantedBlob& wanted, const Bytes& bytes) {
    const auto& account = wanted.account;
    const auto pool = writer_->pool_of(account.number);
    try {
      const auto stored = writer_->store_view().stored_blob(account.uuid, wanted.digest);
      if (!stored || stored->form != BlobForm::kRecipe) return;
      const auto parts = recover_parts(
          bytes, stored->stored.bytes,
          [&](const Digest& part) {
            return lost_parts_.contains({pool, part}) || !writer_->find_place(PackClass::kPool, pool, part);
          },
          [&](const Digest& part) { return writer_->store_view().stored_part(pool, part); });
      if (parts.empty()) return;
      Compressor compressor(writer_->tuning().compression_level);
      Draft draft;
      draft.account = account.uuid;
      for (const auto& [digest, part] : parts) {
        append_blob_operation(PackClass::kPool, BlobForm::kWhole, digest, part.size(), part, compressor, draft).pool =
            pool;
      }
      std::vector<Draft> drafts;
      drafts.push_back(std::move(draft));
      writer_->commit(std::move(drafts));
      for (const auto& [digest, part] : parts) lost_parts_.erase({pool, digest});
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage && error.code() != Errc::kNotFound) throw;
    }
  }

  QuietLog quiet_;
  const StoreWorld world_;
  const Layout layout_;
  const CheckFindings& findings_;
  const RepairSources& sources_;
  ErasureGuard guard_;
  std::unique_ptr<StoreWriter> writer_;
  std::set<std::pair<Uuid, Digest>> lost_parts_;
  RepairReport report_;
};

/// Why an index that is made from these packs would know less.
std::string unreadable_pack(StoreWorld world, const std::string& directory) {
  for (const auto& name : world.disk.list(directory)) {
    if (!parse_pack_name(name)) continue;
    try {
      static_cast<void>(PackReader(world.disk, directory + "/" + name).contents());
    } catch (const Error& error) {
      return error.what();
    }
  }
  return {};
}

}  // namespace

RepairReport repair_store(StoreWorld world, const std::string& path, const CheckFindings& findings,
                          const RepairSources& sources) {
  return Repair(world, path, findings, sources).run();
}

RebuildReport rebuild_store(StoreWorld world, const std::string& path,
                            const std::function<bool(const std::string& account)>& wanted) {
  const Layout layout(path);
  CheckOptions options;
  options.level = CheckLevel::kStructure;
  options.wanted = wanted;
  options.remember = false;
  const auto findings = check_store(world, path, options);
  const auto writer = open_writer(world, path);
  std::vector<Account> accounts;
  if (!wanted) accounts.emplace_back();
  std::set<ItemId> seen;
  for (const auto& happening : writer->view().happenings(kServerAccount, Instant{}, kForever, SIZE_MAX / 2)) {
    const auto item = happening.version.item;
    if (happening.version.state.kind != EntryKind::kAccount || !seen.insert(item).second) continue;
    const auto account = writer->view().account(AccountNumber{static_cast<std::uint32_t>(item.value)});
    if (account && (!wanted || wanted(account->name))) accounts.push_back(*account);
  }
  RebuildReport report;
  const auto refuse = [&](const std::string& file, const std::string& why) {
    report.refused.push_back(file + ": left as it is: " + why);
  };
  for (const auto& account : accounts) {
    const auto file = Layout::account_directory(account.uuid) + "/catalog.db";
    const auto damage = std::find_if(findings.files.begin(), findings.files.end(), [&](const FileFinding& one) {
      return one.kind != Kind::kNote &&
             (one.role == Role::kJournal || (one.role == Role::kLog && one.owner == account.uuid));
    });
    const auto bad_pack = unreadable_pack(world, layout.packs(account.uuid));
    if (damage != findings.files.end()) {
      refuse(file, damage->path + ": " + damage->what);
    } else if (!bad_pack.empty()) {
      refuse(file, bad_pack);
    } else {
      writer->rebuild_catalog(account.uuid);
      report.made.push_back(file);
    }
  }
  if (wanted) return report;
  for (const auto& pool : pools_of(world.disk, layout)) {
    const auto file = Layout::pool_directory(pool) + "/index-0.db";
    const auto bad_pack = unreadable_pack(world, layout.pool_packs(pool));
    if (!bad_pack.empty()) {
      refuse(file, bad_pack);
      continue;
    }
    writer->rebuild_pool(pool);
    report.made.push_back(file);
  }
  return report;
}

}  // namespace yestermail
