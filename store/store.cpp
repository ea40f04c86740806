// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store.h"

#include <chrono>
#include <thread>

#include "base/error.h"
#include "store/journal.h"
#include "store/store_header.h"
#include "store/store_view.h"
#include "store/store_writer.h"

namespace yestermail {
namespace {

constexpr int kLockTries = 20;
constexpr auto kLockPause = std::chrono::milliseconds(50);

/// Takes the writer lock for a moment to make derived files anew.
class LockingMender final : public Mender {
 public:
  LockingMender(StoreWorld world, std::string path) : world_(world), path_(std::move(path)) {}
  bool rebuild_catalog(const Uuid& account) override {
    return with_writer([&](StoreWriter& writer) { writer.rebuild_catalog(account); });
  }
  bool rebuild_pool(const Uuid& pool) override {
    return with_writer([&](StoreWriter& writer) { writer.rebuild_pool(pool); });
  }

  /// False: another process writes.
  template <class Work>
  bool with_writer(const Work& work) {
    const std::scoped_lock one_at_a_time(mutex_);
    auto lock = world_.disk.try_lock(Layout(path_).lock());
    if (!lock) return false;
    StoreTuning tuning;
    tuning.background_packing = false;
    StoreWriter writer(world_, path_, tuning, std::move(lock));
    work(writer);
    return true;
  }

 private:
  const StoreWorld world_;
  const std::string path_;
  std::mutex mutex_;
};

bool needs_recovery(Filesystem& disk, const Layout& layout) {
  return disk.exists(layout.writing()) || !disk.exists(layout.catalog(Uuid{})) || !disk.exists(layout.pool_index({}));
}

}  // namespace

void create_store(StoreWorld world, const std::string& path, const StoreSettings& settings, const StoreTuning& tuning) {
  const Layout layout(path);
  auto& disk = world.disk;
  if (!disk.exists(path)) {
    disk.make_directory(path);
  } else if (disk.exists(layout.header())) {
    throw Error(Errc::kUsage, path + ": is a store already");
  } else {
    // What an init that was cut off has left may be used; anything else is not ours.
    for (const auto& name : disk.list(path)) {
      const bool ours = name == "tmp" || name == "journal" || name == "accounts" || name == "pool" ||
                        name == "server" || name == Layout::kSettingsName || name.starts_with(".yestermail.");
      if (!ours) throw Error(Errc::kUsage, path + ": not empty; a store needs a directory of its own");
    }
  }
  for (const char* name : {"tmp", "journal", "accounts", "server/packs", "server/log", "pool/packs"}) {
    make_directories(disk, path, name);
  }
  StoreHeader header;
  header.id = Uuid::random();
  header.created = world.clock.now();
  header.pool = settings.pool;
  for (const auto& name : disk.list(layout.journal())) disk.remove(layout.journal() + "/" + name);
  Journal::create(disk, layout, header.id, tuning.journal_segment_bytes);
  write_durably(disk, path, Layout::kSettingsName, encode_settings(settings));
  // The header comes last: with it the store is there.
  write_durably(disk, path, Layout::kHeaderName, encode_store_header(header));
  const auto slash = path.find_last_of('/');
  disk.sync_directory(slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash));
}

StoreSettings read_store_settings(StoreWorld world, const std::string& path) {
  const Layout layout(path);
  const auto header = read_store_header(world.disk, layout);
  auto settings = read_settings(world.disk, layout);
  settings.pool = header.pool;
  return settings;
}

Uuid read_store_id(StoreWorld world, const std::string& path) { return read_store_header(world.disk, Layout(path)).id; }

std::unique_ptr<Recorder> open_recorder(StoreWorld world, const std::string& path, const StoreTuning& tuning) {
  const Layout layout(path);
  read_store_header(world.disk, layout);
  auto lock = world.disk.try_lock(layout.lock());
  // A reader that recovers a store after a crash, or mends a catalog, has it for a moment.
  for (int tries = 0; !lock && tries < kLockTries; ++tries) {
    std::this_thread::sleep_for(kLockPause);
    lock = world.disk.try_lock(layout.lock());
  }
  if (!lock) {
    throw Error(Errc::kLocked, path + ": another yestermail writes to this store; wait until it has ended, or stop it");
  }
  auto tuned = tuning;
  tuned.compression_level = read_settings(world.disk, layout).compression.value_or(tuning.compression_level);
  return std::make_unique<StoreWriter>(world, path, tuned, std::move(lock));
}

std::unique_ptr<View> open_view(StoreWorld world, const std::string& path) {
  const Layout layout(path);
  read_store_header(world.disk, layout);
  auto mender = std::make_unique<LockingMender>(world, path);
  if (needs_recovery(world.disk, layout)) {
    // Opening for writing recovers. If another process writes it has done so already.
    try {
      mender->with_writer([](StoreWriter&) {});
    } catch (const Error& error) {
      world.log.warning(path + ": not recovered after a crash, the newest changes may not be shown: " + error.what());
    }
  }
  return std::make_unique<StoreView>(world, path, std::move(mender));
}

}  // namespace yestermail
