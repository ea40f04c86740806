// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"

namespace yestermail {

inline constexpr std::string_view kErasedWord = "erased";
inline constexpr std::size_t kMostMarks = 65'536;  ///< of a file

/// Under which contents are marked: one a store, random.
using ErasureKey = std::array<std::byte, 32>;
ErasureKey random_erasure_key();

/// Stands for a content that was erased from an account. Who has it and not the key learns nothing of either.
struct ErasureMark {
  std::array<std::byte, 16> value{};
  auto operator<=>(const ErasureMark&) const = default;
};

/// `account`: its name; letters of either case are the same.
ErasureMark erasure_mark(const ErasureKey& key, std::string_view account, const Digest& content);

/// The file `erased` of docs/format.md 10.
struct ErasureFile {
  ErasureKey key{};
  std::string note;                ///< for people
  std::vector<ErasureMark> marks;  ///< ascending
};

Bytes encode_erasure_file(const ErasureFile& file);
/// Error{kDamage}, without a name.
ErasureFile decode_erasure_file(ByteView bytes);

}  // namespace yestermail
