// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "archive/spool.h"
#include "archive/tar_reader.h"
#include "base/digest.h"
#include "store/recorder.h"

namespace yestermail {

/// The bytes of a member that was read: a small one in memory, a large one in a file that has no name. One thread.
class HeldContent final : public BlobSource {
 public:
  static constexpr std::uint64_t kInMemory = 8U << 20U;

  /// Reads it to its end. With `only_digest` a large one is not kept.
  HeldContent(TarReader& tar, std::uint64_t expected_size, const std::string& spool_directory, bool only_digest);

  [[nodiscard]] const Digest& digest() const { return digest_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  std::size_t read(std::span<std::byte> into) override;
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into);

 private:
  Bytes bytes_;
  std::unique_ptr<Spool> spool_;
  Digest digest_;
  std::uint64_t size_ = 0;
  std::uint64_t at_ = 0;
};

}  // namespace yestermail
