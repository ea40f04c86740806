// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_size.h"

#include "base/error.h"
#include "store/pool_index.h"
#include "store/sqlite_files.h"

namespace yestermail {
namespace {

std::uint64_t file_size(Filesystem& disk, const std::string& path) {
  try {
    return disk.open(path, Filesystem::Open::kRead)->size();
  } catch (const Error& error) {
    if (error.code() == Errc::kNotFound) return 0;  // Packed, merged or finished meanwhile.
    throw;
  }
}

std::uint64_t flat_directory(Filesystem& disk, const std::string& path) {
  if (!disk.exists(path)) return 0;
  std::uint64_t sum = 0;
  for (const auto& name : disk.list(path)) sum += file_size(disk, path + "/" + name);
  return sum;
}

std::uint64_t database(Filesystem& disk, const std::string& path) {
  auto sum = file_size(disk, path);
  for (const auto* suffix : kBesideDatabase) sum += file_size(disk, path + suffix);
  return sum;
}

std::uint64_t account_size(Filesystem& disk, const std::string& path) {
  return database(disk, path + "/catalog.db") + flat_directory(disk, path + "/packs") +
         flat_directory(disk, path + "/log");
}

}  // namespace

std::uint64_t store_size(Filesystem& disk, const Layout& layout) {
  std::uint64_t sum = file_size(disk, layout.header()) + file_size(disk, layout.settings());
  sum += flat_directory(disk, layout.journal()) + account_size(disk, layout.account(Uuid{}));
  for (const auto& pool : pools_of(disk, layout)) {
    sum += flat_directory(disk, layout.pool_packs(pool)) + database(disk, layout.pool_index(pool));
  }
  for (const auto& shard : disk.list(layout.accounts())) {
    for (const auto& account : disk.list(layout.accounts() + "/" + shard)) {
      sum += account_size(disk, layout.accounts() + "/" + shard + "/" + account);
    }
  }
  return sum;
}

}  // namespace yestermail
