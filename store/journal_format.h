// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace yestermail {

/// Numbers of docs/format.md 4.
inline constexpr std::string_view kSegmentMagic = "YMJRNL01";
inline constexpr std::uint32_t kBatchMagic = 0x424a4d59;  // "YMJB"
inline constexpr std::size_t kJournalBlock = 4096;        ///< batches begin at multiples of it; the header fills one
inline constexpr std::size_t kSegmentHeaderBytes = 64;
inline constexpr std::size_t kBatchHeaderBytes = 48;
inline constexpr std::size_t kBatchSummedBytes = 40;

}  // namespace yestermail
