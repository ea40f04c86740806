// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/digest.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "store/pack_class.h"

namespace yestermail {

/// The names of all files of a store (docs/format.md), in one place. Paths start with the store's own.
class Layout {
 public:
  explicit Layout(std::string store) : store_(std::move(store)) {}

  [[nodiscard]] const std::string& store() const { return store_; }
  [[nodiscard]] std::string header() const { return store_ + "/" + kHeaderName; }
  [[nodiscard]] std::string settings() const { return store_ + "/" + kSettingsName; }
  [[nodiscard]] std::string lock() const { return store_ + "/lock"; }
  [[nodiscard]] std::string writing() const { return store_ + "/writing"; }
  [[nodiscard]] std::string purging() const { return store_ + "/" + kPurgingName; }
  [[nodiscard]] std::string search() const { return store_ + "/search"; }          // Words, for find.
  [[nodiscard]] std::string quarantine() const { return store_ + "/quarantine"; }  // Damaged files that were put aside.
  [[nodiscard]] std::string watching() const { return store_ + "/watching"; }
  [[nodiscard]] std::string staging() const { return store_ + "/tmp"; }
  [[nodiscard]] std::string journal() const { return store_ + "/journal"; }
  [[nodiscard]] std::string segment(std::uint64_t number) const;
  [[nodiscard]] std::string accounts() const { return store_ + "/accounts"; }
  /// Relative to the store: server, or accounts/aa/uuid.
  [[nodiscard]] static std::string account_directory(const Uuid& account);
  [[nodiscard]] std::string account(const Uuid& account) const { return store_ + "/" + account_directory(account); }
  [[nodiscard]] std::string catalog(const Uuid& account) const { return this->account(account) + "/catalog.db"; }
  [[nodiscard]] std::string packs(const Uuid& account) const { return this->account(account) + "/packs"; }
  [[nodiscard]] std::string logs(const Uuid& account) const { return this->account(account) + "/log"; }
  [[nodiscard]] std::string pack(const Uuid& account, const Digest& name) const {
    return packs(account) + "/" + name.hex() + ".pack";
  }
  /// Pools are known by an id: zero where the whole store shares one.
  [[nodiscard]] static std::string pool_directory(const Uuid& pool) {
    return pool.is_zero() ? "pool" : "pool/" + pool.hex();
  }
  [[nodiscard]] std::string pool(const Uuid& pool) const { return store_ + "/" + pool_directory(pool); }
  [[nodiscard]] std::string pool_packs(const Uuid& pool) const { return this->pool(pool) + "/packs"; }
  [[nodiscard]] std::string pool_pack(const Uuid& pool, const Digest& name) const {
    return pool_packs(pool) + "/" + name.hex() + ".pack";
  }
  /// Those of an account or a pool.
  [[nodiscard]] std::string packs(PackClass pack_class, const Uuid& owner) const {
    return pack_class == PackClass::kPool ? pool_packs(owner) : packs(owner);
  }
  [[nodiscard]] std::string pack(PackClass pack_class, const Uuid& owner, const Digest& name) const {
    return pack_class == PackClass::kPool ? pool_pack(owner, name) : pack(owner, name);
  }
  [[nodiscard]] std::string pool_index(const Uuid& pool) const { return this->pool(pool) + "/index-0.db"; }

  static constexpr const char* kHeaderName = "yestermail.store";
  static constexpr const char* kSettingsName = "yestermail.conf";
  static constexpr const char* kPurgingName = "purging";

 private:
  std::string store_;
};

/// 16 hex digits, so that names sort as numbers do.
std::string hex16(std::uint64_t number);

/// The name of a log file and what it covers.
struct LogName {
  Lsn from;
  Lsn to;
  Digest digest;
};
std::string log_name_text(const LogName& name);
std::optional<LogName> parse_log_name(std::string_view text);
std::optional<Digest> parse_pack_name(std::string_view text);
std::optional<std::uint64_t> parse_segment_name(std::string_view text);

}  // namespace yestermail
