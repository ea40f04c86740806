// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "store/check_state.h"
#include "store/store.h"
#include "store/transaction.h"

namespace yestermail {

/// Something that is wrong with a file of the store, or worth knowing of it.
struct FileFinding {
  enum class Kind : std::uint8_t {
    kDamaged,
    kMissing,
    kNote,  ///< no damage: nothing refers to it, or it is not a file of a store
  };
  enum class Role : std::uint8_t { kHeader, kJournal, kLog, kCatalog, kPoolIndex, kPack, kOther };
  Kind kind = Kind::kDamaged;
  Role role = Role::kOther;
  std::string path;  ///< below the store
  std::string what;  ///< one line for people
  Uuid owner{};      ///< the account; of a pool's file: the pool
  bool of_pool = false;
  std::optional<Digest> name{};  ///< of a pack

  /// It can be made anew from the journal, logs and packs.
  [[nodiscard]] bool is_derived() const { return role == Role::kCatalog || role == Role::kPoolIndex; }
};

/// A blob of an account, or a part of a pool, that cannot be read.
struct BlobFinding {
  PackClass pack_class = PackClass::kAccount;
  Uuid owner{};  ///< the account or the pool
  Digest digest;
  std::string why;
};

/// An item some of whose versions cannot be read.
struct ItemFinding {
  AccountNumber account;
  std::string account_name;
  std::string layout;
  ItemId item;
  std::vector<std::string> directories;  ///< from the account's root, as on the source's disk, when it stood there last
  std::string name;                      ///< the last one, as on the source's disk
  struct Version {
    VersionId id;
    Instant since;
    Instant until = kForever;
    Digest digest;
  };
  std::vector<Version> versions;  ///< those that cannot be read, oldest first
  std::string why;
};

/// How much was looked at.
struct CheckTally {
  std::uint64_t accounts = 0;
  std::uint64_t logs = 0;
  std::uint64_t transactions = 0;
  std::uint64_t versions = 0;
  std::uint64_t packs = 0;
  std::uint64_t frames = 0;
  std::uint64_t blobs = 0;         ///< and parts, of which a digest was compared
  std::uint64_t joined = 0;        ///< of these, joined from parts
  std::uint64_t bytes_read = 0;    ///< of packs
  std::uint64_t bytes_hashed = 0;  ///< of blobs and parts
};

struct CheckFindings {
  CheckLevel level = kLastCheckLevel;
  std::vector<FileFinding> files;
  std::vector<BlobFinding> blobs;
  std::vector<ItemFinding> items;  ///< the first 10,000
  std::uint64_t items_total = 0;
  std::uint64_t versions_total = 0;  ///< of all items, that cannot be read
  CheckTally tally;
  std::uint64_t left = 0;  ///< packs and accounts that the time did not suffice for, or that were left out
  bool stopped = false;    ///< for want of time

  /// Notes are none.
  [[nodiscard]] bool damaged() const;
};

struct CheckOptions {
  CheckLevel level = kLastCheckLevel;
  std::function<bool(const std::string& account)> wanted;  ///< none: all, and all pools
  /// Only accounts that changed since they were checked last, and packs that never were at this level.
  bool changed = false;
  std::optional<std::int64_t> budget_micros;  ///< begins nothing later than this; what was checked longest ago is first
  unsigned threads = 1;
  bool remember = true;  ///< writes STORE/checked
};

/// Told how far it is. Calls come from several threads, one at a time.
class CheckProgress {
 public:
  virtual ~CheckProgress() = default;
  /// Bytes of packs.
  virtual void advanced(std::uint64_t done, std::uint64_t total) = 0;
};

/// Compares everything that a store holds. Writes nothing but STORE/checked (docs/format.md 9), and takes no lock that
/// a writer would wait for: it may run beside one, and then looks at what was there when it began. What a crash left is
/// recovered first, as for any reader. Memory grows with the versions of the accounts that are looked at at once, one
/// a thread, and with what is damaged.
/// Error{kNotFound}: no store there; {kNotFound} too where no account is wanted. Damage is no error but a finding.
CheckFindings check_store(StoreWorld world, const std::string& path, const CheckOptions& options,
                          CheckProgress* progress = nullptr);

/// What is remembered of earlier checks; nothing where none was made, or what was remembered is damaged.
CheckState check_state(StoreWorld world, const std::string& path);
std::optional<LastCheck> last_check(StoreWorld world, const std::string& path);

}  // namespace yestermail
