// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace yestermail {

/// Keeps what was loaded last, up to a budget in bytes, and always the very last. Safe for concurrent use; two that ask
/// for the same key at once wait for one load. A load that throws is not remembered: its waiters get the exception.
template <class Key, class Value>
class LruCache {
 public:
  using Pointer = std::shared_ptr<Value>;
  struct Loaded {
    Pointer value;
    std::size_t bytes = 0;
  };

  explicit LruCache(std::size_t budget) : budget_(budget) {}

  template <class Load>
  Pointer get(const Key& key, Load&& load) {
    std::promise<Pointer> promise;
    {
      std::unique_lock lock(mutex_);
      const auto found = rows_.find(key);
      if (found != rows_.end()) {
        order_.splice(order_.begin(), order_, found->second.place);
        const auto value = found->second.value;
        lock.unlock();
        return value.get();
      }
      order_.push_front(key);
      rows_.emplace(key, Row{promise.get_future().share(), 0, order_.begin()});
    }
    try {
      Loaded loaded = load();
      keep(key, loaded.bytes);
      promise.set_value(loaded.value);
      return std::move(loaded.value);
    } catch (...) {
      drop(key);
      promise.set_exception(std::current_exception());
      throw;
    }
  }

  [[nodiscard]] std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Row {
    std::shared_future<Pointer> value;
    std::size_t bytes = 0;  // 0 while it is being loaded: then it is never thrown out.
    typename std::list<Key>::iterator place;
  };

  void keep(const Key& key, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    auto& row = rows_.at(key);
    row.bytes = bytes == 0 ? 1 : bytes;
    bytes_ += row.bytes;
    for (auto victim = order_.end(); bytes_ > budget_ && victim != order_.begin();) {
      --victim;
      const auto found = rows_.find(*victim);
      if (found->second.bytes == 0 || found->first == key) continue;
      bytes_ -= found->second.bytes;
      rows_.erase(found);
      victim = order_.erase(victim);
    }
  }

  void drop(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto found = rows_.find(key);
    order_.erase(found->second.place);
    rows_.erase(found);
  }

  const std::size_t budget_;
  mutable std::mutex mutex_;
  std::map<Key, Row> rows_;  // Guarded by mutex_, as all below.
  std::list<Key> order_;     // The last used first.
  std::size_t bytes_ = 0;
};

}  // namespace yestermail
