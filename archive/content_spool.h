// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "archive/spool.h"
#include "archive/tar_reader.h"
#include "base/digest.h"
#include "store/recorder.h"

namespace yestermail {

/// Contents of an archive, each once, as they are, in a file without a name: so they can be had in another order than
/// the archive has them. About a hundred bytes of memory a content. The content of no bytes is always there. One
/// thread.
class ContentSpool {
 public:
  explicit ContentSpool(const std::string& directory);

  [[nodiscard]] bool has(const Digest& digest) const { return places_.contains(digest); }
  /// Reads the member to its end, and keeps what it has if its bytes are those of `digest`. With `only_look` has() will
  /// tell of it, and content() must not be read.
  void add(TarReader& tar, const Digest& digest, bool only_look);
  /// nullptr: it is not there. The spool outlives it; nothing may be added afterwards.
  std::unique_ptr<BlobSource> content(const Digest& digest);

 private:
  struct Place {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };
  Spool bytes_;
  std::unordered_map<Digest, Place> places_;
};

}  // namespace yestermail
