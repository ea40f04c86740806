// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/digest.h"
#include "store/transaction.h"

namespace yestermail {

/// Numbers shared by pack_writer and pack_reader: docs/format.md 5.
inline constexpr std::string_view kPackMagic = "YMPACK01";
inline constexpr std::string_view kPackEndMagic = "YMPACKEN";
inline constexpr std::size_t kPackHeaderBytes = 64;
inline constexpr std::size_t kPackFooterBytes = 32;

/// Where the stored bytes of a blob or part are in its pack, and what they are.
struct PackEntry {
  Digest digest;
  BlobForm form = BlobForm::kWhole;
  std::uint64_t size = 0;    ///< of the blob
  std::uint64_t frame = 0;   ///< offset of the frame in the file
  std::uint64_t offset = 0;  ///< in the raw frame
  std::uint64_t length = 0;  ///< of what is stored
};
using PackContents = std::vector<PackEntry>;

}  // namespace yestermail
