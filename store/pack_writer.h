// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "base/digest.h"
#include "base/filesystem.h"
#include "store/compressor.h"
#include "store/layout.h"
#include "store/pack_format.h"

namespace yestermail {

/// A pack in the making, in the store's tmp/. Frames may be added from several threads at once. Not sealed: nothing of
/// it lasts, and its file is removed.
class PackWriter {
 public:
  /// `account`: of a pack of a pool the pool's id. Zero for the pool of the store and for the server account;
  /// `pack_class` tells them apart.
  PackWriter(Filesystem& disk, const Layout& layout, const Uuid& store, PackClass pack_class, const Uuid& account);
  ~PackWriter();
  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;

  /// Appends one frame; `entries` describe what is in it (their `frame` is filled in here).
  void add_frame(const Encoded& encoded, std::size_t raw_length, std::vector<PackEntry> entries);
  [[nodiscard]] std::uint64_t bytes() const { return written_; }
  [[nodiscard]] bool empty() const { return bytes() <= kPackHeaderBytes; }

  /// On return the bytes so far are on the disk, so that sealing has less to wait for.
  void write_back();

  /// Finishes the pack: on return it stands under its name and survives a power cut.
  struct Sealed {
    Digest name;
    PackContents contents;
    std::uint64_t bytes = 0;
  };
  Sealed seal();

 private:
  void append(ByteView bytes);

  // Constant after construction.
  Filesystem& disk_;
  const Layout& layout_;
  const PackClass class_;
  const Uuid account_;
  const std::string staged_;
  std::unique_ptr<File> file_;

  std::atomic<std::uint64_t> written_{0};

  std::mutex mutex_;  // Guards all below, and the order of writes.
  Hasher hasher_;
  PackContents contents_;
  std::uint64_t frames_ = 0;
  Bytes buffer_;
  bool sealed_ = false;
};

}  // namespace yestermail
