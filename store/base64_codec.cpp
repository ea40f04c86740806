// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/base64_codec.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace yestermail {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t kInvalid = 1U << 24U;

/// Two characters for each 12 bits.
struct PairTable {
  std::array<std::array<char, 2>, 4096> pairs{};
  constexpr PairTable() {
    for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kAlphabet[i >> 6U], kAlphabet[i & 63U]};
  }
};
constexpr PairTable kPairs;

/// For each of a quantum's four characters its bits in place, or kInvalid.
struct ValueTable {
  std::array<std::array<std::uint32_t, 256>, 4> values{};
  constexpr ValueTable() {
    for (auto& table : values) table.fill(kInvalid);
    for (std::uint32_t i = 0; i < kAlphabet.size(); ++i) {
      const auto c = static_cast<unsigned char>(kAlphabet[i]);
      for (std::uint32_t at = 0; at < 4; ++at) values[at][c] = i << (18 - 6 * at);
    }
  }
};
constexpr ValueTable kValues;

std::uint32_t value(std::size_t at, std::byte c) { return kValues.values[at][static_cast<unsigned char>(c)]; }

#if defined(__x86_64__)

/// As many characters as vectors take without writing behind the bytes of the whole text; -1: one is invalid.
__attribute__((target("avx2"))) std::ptrdiff_t decode_vectors(const std::byte* text, std::size_t chars, std::byte* to) {
  const auto low =
      _mm256_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A,
                       0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A);
  const auto high =
      _mm256_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10,
                       0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
  const auto roll = _mm256_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 19, 4, -65, -65,
                                     -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
  const auto slash = _mm256_set1_epi8(0x2f);
  const auto order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0, 6, 5, 4, 10, 9,
                                      8, 14, 13, 12, -1, -1, -1, -1);
  std::size_t at = 0;
  // Each step writes 32 bytes, 8 more than it has: the characters behind it make up for them.
  for (; at + 44 <= chars; at += 32, to += 24) {
    auto vector = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at));
    const auto high_half = _mm256_and_si256(_mm256_srli_epi32(vector, 4), slash);
    const auto low_half = _mm256_and_si256(vector, slash);
    if (_mm256_testz_si256(_mm256_shuffle_epi8(low, low_half), _mm256_shuffle_epi8(high, high_half)) == 0) return -1;
    const auto is_slash = _mm256_cmpeq_epi8(vector, slash);
    vector = _mm256_add_epi8(vector, _mm256_shuffle_epi8(roll, _mm256_add_epi8(is_slash, high_half)));
    const auto pairs = _mm256_maddubs_epi16(vector, _mm256_set1_epi32(0x01400140));
    const auto quads = _mm256_shuffle_epi8(_mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000)), order);
    const auto bytes = _mm256_permutevar8x32_epi32(quads, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, -1, -1));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes);
  }
  return static_cast<std::ptrdiff_t>(at);
}

/// As many bytes as vectors take without reading behind them.
__attribute__((target("avx2"))) std::size_t encode_vectors(const std::byte* bytes, std::size_t size, std::byte* to) {
  const auto order = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, 1, 0, 2, 1, 4, 3, 5, 4, 7, 6,
                                      8, 7, 10, 9, 11, 10);
  const auto shift = _mm256_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                      '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0, 'a' - 26, '0' - 52,
                                      '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                      '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
  std::size_t at = 0;
  for (; at + 28 <= size; at += 24, to += 32) {
    const auto first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at));
    const auto second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at + 12));
    const auto vector = _mm256_shuffle_epi8(_mm256_set_m128i(second, first), order);
    const auto outer =
        _mm256_mulhi_epu16(_mm256_and_si256(vector, _mm256_set1_epi32(0x0fc0fc00)), _mm256_set1_epi32(0x04000040));
    const auto inner =
        _mm256_mullo_epi16(_mm256_and_si256(vector, _mm256_set1_epi32(0x003f03f0)), _mm256_set1_epi32(0x01000010));
    const auto values = _mm256_or_si256(outer, inner);
    const auto ranges =
        _mm256_or_si256(_mm256_subs_epu8(values, _mm256_set1_epi8(51)),
                        _mm256_and_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(26), values), _mm256_set1_epi8(13)));
    const auto chars = _mm256_add_epi8(_mm256_shuffle_epi8(shift, ranges), values);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), chars);
  }
  return at;
}

bool has_vectors() {
  static const bool kHas = __builtin_cpu_supports("avx2") != 0;
  return kHas;
}

#else

std::ptrdiff_t decode_vectors(const std::byte*, std::size_t, std::byte*) { return 0; }
std::size_t encode_vectors(const std::byte*, std::size_t, std::byte*) { return 0; }
bool has_vectors() { return false; }

#endif

}  // namespace

bool decode_base64_chars(const std::byte* text, std::size_t chars, std::byte* to) {
  std::size_t at = 0;
  if (has_vectors()) {
    const auto taken = decode_vectors(text, chars, to);
    if (taken < 0) return false;
    at = static_cast<std::size_t>(taken);
    to += at / 4 * 3;
  }
  std::uint32_t all = 0;
  for (; at < chars; at += 4, to += 3) {
    const auto bits = value(0, text[at]) | value(1, text[at + 1]) | value(2, text[at + 2]) | value(3, text[at + 3]);
    all |= bits;
    to[0] = static_cast<std::byte>(bits >> 16U & 0xffU);
    to[1] = static_cast<std::byte>(bits >> 8U & 0xffU);
    to[2] = static_cast<std::byte>(bits & 0xffU);
  }
  return (all & kInvalid) == 0;
}

void encode_base64_bytes(const std::byte* bytes, std::size_t size, std::byte* to) {
  std::size_t at = 0;
  if (has_vectors()) {
    at = encode_vectors(bytes, size, to);
    to += at / 3 * 4;
  }
  for (; at < size; at += 3, to += 4) {
    const auto bits = static_cast<std::uint32_t>(bytes[at]) << 16U | static_cast<std::uint32_t>(bytes[at + 1]) << 8U |
                      static_cast<std::uint32_t>(bytes[at + 2]);
    std::memcpy(to, kPairs.pairs[bits >> 12U].data(), 2);
    std::memcpy(to + 2, kPairs.pairs[bits & 0xfffU].data(), 2);
  }
}

}  // namespace yestermail
