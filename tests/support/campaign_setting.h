// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstdlib>

namespace yestermail::test {

/// A number that tests/campaigns set for a run that is longer or begins elsewhere: YESTERMAIL_SEED, …
inline std::uint64_t campaign_setting(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoul(text, nullptr, 10);
}

inline std::uint64_t campaign_seed() { return campaign_setting("YESTERMAIL_SEED", 1); }

/// Whether this is built with sanitizers: all of it is some ten times slower then, and keeps freed memory.
#ifdef YESTERMAIL_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// The first under sanitizers.
constexpr std::uint64_t for_this_build(std::uint64_t sanitized, std::uint64_t plain) {
  return kSanitized ? sanitized : plain;
}

}  // namespace yestermail::test
