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

/// The first under sanitizers, which make all of it some ten times slower.
constexpr std::uint64_t for_this_build([[maybe_unused]] std::uint64_t sanitized, [[maybe_unused]] std::uint64_t plain) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return sanitized;
#else
  return plain;
#endif
}

}  // namespace yestermail::test
