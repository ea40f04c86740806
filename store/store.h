// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/filesystem.h"
#include "base/log.h"
#include "base/uuid.h"
#include "store/pool_scope.h"
#include "store/recorder.h"
#include "store/view.h"

namespace yestermail {

/// What a store needs from the world. All of it outlives the store.
struct StoreWorld {
  Filesystem& disk;
  const Clock& clock;
  Log& log;
};

/// How a store is run, not what it holds. The level of yestermail.conf goes before the one here.
struct StoreTuning {
  std::uint64_t journal_segment_bytes = 16U << 20U;  ///< of a new segment
  std::uint64_t pack_bytes = 64U << 20U;             ///< a pack is sealed when it is this large
  std::uint64_t frame_bytes = 512U << 10U;           ///< of a frame, before compression
  int compression_level = 6;                         ///< zstd's; 0 stores as it is
  std::size_t merge_packs = 8;                       ///< so many small packs of like size become one; 0: never
  bool background_packing = true;
};

/// What was settled when the store was made (file yestermail.store) and what its administrator set (yestermail.conf).
struct StoreSettings {
  std::vector<std::string> sources;    ///< as `init --source` was given
  std::vector<std::string> accounts;   ///< patterns of accounts to take; none: all
  std::vector<std::string> exclude;    ///< patterns of accounts to leave out
  PoolScope pool = PoolScope::kStore;  ///< who shares attachments; cannot be changed later
  std::optional<int> compression{};    ///< zstd's level, 1 to 19; 0: none, for a disk that compresses itself
  unsigned threads = 0;                ///< that a scan reads and compresses with; 0: one a processor
};

/// Makes a store in `path`, which must not exist or be an empty directory. After a power cut at any step there is
/// either no store (and create_store() can be called again) or a whole one.
void create_store(StoreWorld world, const std::string& path, const StoreSettings& settings,
                  const StoreTuning& tuning = {});

/// Reads the settings. Error{kNotFound}: no store there; kUnsupported: of a newer format; kDamage.
StoreSettings read_store_settings(StoreWorld world, const std::string& path);
Uuid read_store_id(StoreWorld world, const std::string& path);

/// Opens for writing: takes the writer lock (Error{kLocked} if another has it for a second and more), recovers what a
/// crash left.
std::unique_ptr<Recorder> open_recorder(StoreWorld world, const std::string& path, const StoreTuning& tuning = {});

/// Opens for reading. If a writer died and none runs now, recovers first where the lock can be had.
std::unique_ptr<View> open_view(StoreWorld world, const std::string& path);

}  // namespace yestermail
