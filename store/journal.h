// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/filesystem.h"
#include "base/log.h"
#include "store/journal_segment.h"
#include "store/layout.h"

namespace yestermail {

/// The write-ahead log of a whole store (docs/format.md 4): segments, of which the last is written to. Safe for
/// concurrent use; raise() only before anything is appended.
class Journal {
 public:
  /// Segments begin small and double as they fill, up to `segment_bytes`: a store that rests takes little room.
  static constexpr std::uint64_t kFirstSegmentBytes = 512U << 10U;

  /// Makes the first segment of a new store, durably.
  static void create(Filesystem& disk, const Layout& layout, const Uuid& store, std::uint64_t segment_bytes);

  /// Reads all that is there, oldest first; damage is reported to `log`, the rest is read. Every transaction with a
  /// valid sum is visited, also those that were not acknowledged: they are whole. With no `visit` only the end is
  /// found.
  Journal(Filesystem& disk, const Layout& layout, const Uuid& store, std::uint64_t segment_bytes, Log& log,
          const std::function<void(const Batch&)>& visit);

  [[nodiscard]] Lsn next_lsn() const;
  [[nodiscard]] Instant last_at() const;
  /// Never below what catalogs and logs have seen: a journal that was lost must not number anew. Where that is above
  /// what the journal shows, its end is damaged, and a new segment is begun.
  void raise(Lsn next_lsn, Instant last_at);

  /// Where a payload was written.
  struct Place {
    std::uint64_t segment = 0;
    std::uint64_t payload_offset = 0;
  };
  /// Appends a batch of encoded transactions with these lsns; on return it survives a power cut. After an Error the
  /// journal takes nothing more.
  Place append(Lsn first, std::uint32_t transactions, Instant at, ByteView payload);

  /// Segments that are not written to any more, oldest first.
  [[nodiscard]] std::vector<std::uint64_t> finished() const;
  /// Starts a new segment so that the present one is finished, unless it is empty. The new one is small again.
  void roll();
  /// Starts a new segment in any case, in a file that holds nothing of older ones; until reuse_files() a file that was
  /// used is removed.
  void start_clean();
  void reuse_files();
  /// How much of the present segment is written.
  [[nodiscard]] std::uint64_t used() const;
  /// Gives back room that only a busy store needs.
  void remove_spare();
  /// All that the segment holds is elsewhere: its file may be used again.
  void retire(std::uint64_t segment);

 private:
  void remove_spare_file();
  void begin_segment(std::uint64_t at_least_bytes);
  std::string prepare_file(const SegmentHeader& header, std::uint64_t bytes);

  Filesystem& disk_;
  const Layout& layout_;
  const Uuid store_;
  const std::uint64_t segment_bytes_;  ///< the most, but for a batch that needs more

  mutable std::mutex mutex_;  // Guards all below.
  std::vector<std::uint64_t> segments_;
  SegmentHeader header_;
  SegmentEnd end_;
  std::unique_ptr<File> file_;
  std::uint64_t size_ = 0;
  std::uint64_t next_bytes_;  ///< of the next segment
  bool failed_ = false;
  bool reuses_ = true;  ///< a file whose segment is retired
};

}  // namespace yestermail
