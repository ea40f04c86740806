// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fs/lru_cache.h"
#include "store/view.h"

namespace yestermail {

/// The incarnations of an account that had one name, oldest first; never none.
struct Lineage {
  std::string name;  ///< a valid file name, unique
  std::vector<Account> lives;

  /// That of the first life: it stays the same.
  [[nodiscard]] AccountNumber number() const { return lives.front().number; }
  /// nullptr: it is none of these.
  [[nodiscard]] const Account* life(AccountNumber number) const;
  /// nullptr: none lived then. kForever: now.
  [[nodiscard]] const Account* living_at(Instant at) const;
};

/// The name of a life where all of them stand side by side: the newest has the plain one, the others ~ and a tag.
std::string life_name(const Lineage& lineage, const Account& life);

/// All accounts that ever were. Safe for concurrent use.
class Lineages {
 public:
  explicit Lineages(View& view) : view_(view), all_(kBudget) {}

  using List = std::vector<Lineage>;
  /// Those that had begun by `at`, by the number of their first lives.
  std::shared_ptr<const List> all(Instant at);
  std::optional<Lineage> named(std::string_view name, Instant at);
  /// The life that bears such a name as life_name() gives.
  std::optional<AccountNumber> life_named(std::string_view name, Instant at);
  /// Of any of its lives.
  std::optional<Lineage> of(AccountNumber life, Instant at);

 private:
  static constexpr std::size_t kBudget = 2U << 20U;
  List read(Instant at);

  View& view_;
  LruCache<Instant, const List> all_;
};

/// True where an account existed at `at`; kForever: now.
bool lived_at(const Account& account, Instant at);

}  // namespace yestermail
