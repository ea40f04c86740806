// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "archive/archive_sink.h"

namespace yestermail {

/// A file or a directory of an archive.
struct Member {
  std::string path;  ///< bytes, without a slash in front
  bool directory = false;
  std::uint64_t size = 0;  ///< of a file
  std::int64_t mtime_ns = 0;
  std::uint32_t mode = 0600;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// Writes a tar of the pax format, compressed with zstd. Names go in as the bytes that they are. One thread calls; zstd
/// compresses on threads of its own. Memory is bounded. What the sink throws comes out of the call that wrote.
class TarWriter {
 public:
  /// `compression`: zstd's level, 1 to 19; none: a plain tar. The sink outlives the writer.
  TarWriter(ArchiveSink& sink, std::optional<int> compression, unsigned threads);
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;
  ~TarWriter();  ///< Without finish() before it the archive ends where it is, not whole.

  /// Begins a member. Of a file exactly `size` bytes must follow.
  void begin(const Member& member);
  void data(ByteView bytes);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yestermail
