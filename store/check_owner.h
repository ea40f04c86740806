// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "store/check_collector.h"
#include "store/check_journal.h"
#include "store/layout.h"
#include "store/store_header.h"
#include "store/view.h"

namespace yestermail {

/// What all parts of a check share. Constant once its threads run, but for the collector.
struct CheckContext {
  StoreWorld world;
  Layout layout;
  StoreHeader header;
  CheckLevel level = kLastCheckLevel;
  JournalImage journal;
  CheckCollector& collector;

  [[nodiscard]] bool at_least(CheckLevel wanted) const { return level >= wanted; }
};

/// Some digests, so that two sets can be compared without keeping them.
struct DigestSum {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;

  void add(const Digest& digest);
  bool operator==(const DigestSum&) const = default;
};

/// An account, or a pool: what has packs and a file that tells where each blob is.
struct CheckedOwner {
  PackClass pack_class = PackClass::kAccount;
  Uuid id;          ///< of the account or the pool
  Uuid pool;        ///< where the account's parts are
  Account account;  ///< of an account
  Lsn last;         ///< of its newest transaction

  std::vector<Digest> packs;         ///< on the disk
  bool table_sound = false;          ///< its catalog or index can be asked
  std::map<Digest, DigestSum> rows;  ///< of that, by pack

  [[nodiscard]] bool is_pool() const { return pack_class == PackClass::kPool; }
  [[nodiscard]] std::string directory() const;
  [[nodiscard]] std::string table() const;  ///< below the store
  [[nodiscard]] std::string pack(const Digest& name) const { return directory() + "/packs/" + name.hex() + ".pack"; }
  [[nodiscard]] FileFinding finding(FileFinding::Kind kind, FileFinding::Role role, std::string path,
                                    std::string what) const;
};

/// Compares an account's logs, journal and catalog, and what these refer to with what is there. Level 1; from level 2
/// on also every blob that an item has.
void check_account(const CheckContext& context, CheckedOwner& owner);
/// The same of a pool. `named`: its packs as the server account's history names them.
void check_pool(const CheckContext& context, CheckedOwner& owner, const std::set<Digest>& named);

/// All versions of an account: of its catalog where that is sound, else of its logs and the journal. In the second
/// case they are gathered in memory first.
void visit_versions(const CheckContext& context, const CheckedOwner& owner,
                    const std::function<void(const Version&)>& visit);

}  // namespace yestermail
