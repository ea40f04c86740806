// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/reader_pool.h"

#include <algorithm>

namespace yestermail {
namespace {

constexpr std::size_t kMaxIdle = 32;  // Each may hold a cache of a quarter of a MiB.

}  // namespace

ReaderPool::Lease ReaderPool::borrow(const Uuid& account) {
  {
    const std::scoped_lock lock(mutex_);
    for (auto it = idle_.begin(); it != idle_.end(); ++it) {
      if (it->first != account) continue;
      auto reader = std::move(it->second);
      idle_.erase(it);
      if (reader->has_moved()) break;
      return {*this, account, std::move(reader)};
    }
  }
  return {*this, account, std::make_unique<CatalogReader>(layout_.catalog(account), account)};
}

bool ReaderPool::has(const Uuid& account) {
  const std::scoped_lock lock(mutex_);
  return std::any_of(idle_.begin(), idle_.end(), [&](const auto& entry) { return entry.first == account; });
}

void ReaderPool::forget(const Uuid& account) {
  const std::scoped_lock lock(mutex_);
  idle_.remove_if([&](const auto& entry) { return entry.first == account; });
}

void ReaderPool::give_back(const Uuid& account, std::unique_ptr<CatalogReader> reader) {
  std::unique_ptr<CatalogReader> dropped;  // Closed outside the lock.
  const std::scoped_lock lock(mutex_);
  idle_.emplace_front(account, std::move(reader));
  if (idle_.size() > kMaxIdle) {
    dropped = std::move(idle_.back().second);
    idle_.pop_back();
  }
}

}  // namespace yestermail
