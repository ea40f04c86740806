// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/byte_cache.h"

#include "store/spare_bytes.h"

namespace yestermail {

ByteCache::Value ByteCache::get(const Key& key, const std::function<Bytes()>& load) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto found = slots_.find(key);
    if (found == slots_.end()) break;
    if (found->second.value) {
      recent_.splice(recent_.begin(), recent_, found->second.recent);
      return found->second.value;
    }
    loaded_.wait(lock);  // Somebody loads it; if that fails the slot is gone and this thread tries itself.
  }
  slots_[key];
  lock.unlock();
  Value value;
  try {
    value = share_bytes(load());
  } catch (...) {
    lock.lock();
    slots_.erase(key);
    loaded_.notify_all();
    throw;
  }
  lock.lock();
  recent_.push_front(key);
  slots_[key] = {value, recent_.begin()};
  bytes_ += value->size();
  shrink();
  loaded_.notify_all();
  return value;
}

void ByteCache::shrink() {
  while (bytes_ > max_bytes_ && recent_.size() > 1) {
    const auto oldest = slots_.find(recent_.back());
    bytes_ -= oldest->second.value->size();
    slots_.erase(oldest);
    recent_.pop_back();
  }
}

}  // namespace yestermail
