// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "store/catalog_reader.h"
#include "store/layout.h"
#include "store/pool_index.h"

namespace yestermail {

/// Lends read-only connections to catalogs, each to one thread at a time, and keeps a few open. Safe for concurrent
/// use.
class ReaderPool {
 public:
  explicit ReaderPool(const Layout& layout) : layout_(layout) {}

  class Lease {
   public:
    Lease(ReaderPool& pool, Uuid account, std::unique_ptr<CatalogReader> reader)
        : pool_(&pool), account_(account), reader_(std::move(reader)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (reader_) pool_->give_back(account_, std::move(reader_));
    }
    CatalogReader* operator->() { return reader_.get(); }
    CatalogReader& operator*() { return *reader_; }
    /// The connection failed: it is closed, not lent again.
    void discard() { reader_.reset(); }

   private:
    ReaderPool* pool_;
    Uuid account_;
    std::unique_ptr<CatalogReader> reader_;
  };

  Lease borrow(const Uuid& account);
  /// True: borrow() would open nothing.
  bool has(const Uuid& account);
  /// Closes the idle connections of an account: its catalog was made anew.
  void forget(const Uuid& account);

 private:
  void give_back(const Uuid& account, std::unique_ptr<CatalogReader> reader);

  const Layout& layout_;
  std::mutex mutex_;                                                 // Guards idle_.
  std::list<std::pair<Uuid, std::unique_ptr<CatalogReader>>> idle_;  // Newest first.
};

}  // namespace yestermail
