// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "archive/archive_sink.h"
#include "base/fd.h"
#include "base/write_behind.h"

namespace yestermail {

/// An archive in the making: PATH.part, which becomes PATH when it is whole. A PATH that is there is never touched. One
/// thread. The file can be read by its owner alone: it is everybody's mail.
class ArchiveFile final : public ArchiveSink {
 public:
  /// Begins PATH.part; what a killed export left of that name is written anew. Error{kUsage}: PATH is there, or another
  /// export writes to it.
  explicit ArchiveFile(std::string path);
  ArchiveFile(const ArchiveFile&) = delete;
  ArchiveFile& operator=(const ArchiveFile&) = delete;
  ~ArchiveFile() override;  ///< Removes PATH.part, unless publish() returned.

  /// Error{kNoSpace}: the disk is full.
  void write(ByteView bytes) override;
  /// On return PATH is there, whole, and survives a power cut.
  void publish();
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  [[nodiscard]] bool hold_part();

  const std::string path_;
  const std::string part_;
  Fd fd_;
  std::uint64_t size_ = 0;
  WriteBehind behind_{16U << 20U};
  bool published_ = false;
};

/// The directory of a path: "." where it names none.
std::string directory_of_path(const std::string& path);

}  // namespace yestermail
