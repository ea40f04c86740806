// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"

namespace yestermail {

/// A member of a tar that is read. Nothing of it was believed yet.
struct FoundMember {
  std::string path;  ///< bytes, as they stand there
  bool directory = false;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::uint32_t mode = 0;  ///< permission bits
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string fault;  ///< why it is nothing that can be taken: a link, a device, an owner out of range; else empty
};

/// Reads a tar from its beginning, plain or compressed with zstd. What is not read of a member is passed over. Takes
/// bounded memory, whatever stands in it. One thread.
class TarReader {
 public:
  /// Error{kNotFound}, {kIo}.
  explicit TarReader(const std::string& path);
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;
  ~TarReader();

  /// The next member; nothing at the end. Error{kDamage}: what follows cannot be read; the archive is cut, or altered.
  std::optional<FoundMember> next();
  /// Bytes of the member that next() gave: at least one, 0 at its end. Likewise.
  std::size_t read(std::span<std::byte> into);
  /// How much of the file was read.
  [[nodiscard]] std::uint64_t position() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace yestermail
