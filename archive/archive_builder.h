// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "archive/spool.h"
#include "archive/tar_writer.h"
#include "base/digest.h"

namespace yestermail {

/// An archive that lists itself: the last member, manifest.jsonl, has path, size and SHA-256 of every file before it.
/// One thread.
class ArchiveBuilder {
 public:
  /// The list is gathered in `spool_directory`.
  ArchiveBuilder(ArchiveSink& sink, std::optional<int> compression, unsigned threads,
                 const std::string& spool_directory)
      : tar_(sink, compression, threads), manifest_(spool_directory) {}

  void add_directory(const Member& directory) { tar_.begin(directory); }
  /// `digest` is that of `bytes`.
  void add_file(const Member& file, ByteView bytes, const Digest& digest);
  /// Calls `read` for pieces that join to `file.size` bytes; it returns how many it gave, 0 never. Error{kFailed} where
  /// they are not those of `digest`: the archive is of no use then.
  using PieceReader = std::function<std::size_t(std::uint64_t offset, std::span<std::byte> into)>;
  void add_large(const Member& file, const Digest& digest, const PieceReader& read);
  /// The size is that of the text.
  void add_text(Member file, std::string_view text);
  void add_spool(Member file, Spool& spool);
  /// Writes the list and the end.
  void finish(std::int64_t mtime_ns);

 private:
  void note(const Member& file, const Digest& digest);

  TarWriter tar_;
  Spool manifest_;
};

}  // namespace yestermail
