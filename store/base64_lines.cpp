// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/base64_lines.h"

#include <algorithm>
#include <array>
#include <cstring>

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

std::uint32_t quantum(const std::byte* text) {
  const auto& v = kValues.values;
  return v[0][static_cast<unsigned char>(text[0])] | v[1][static_cast<unsigned char>(text[1])] |
         v[2][static_cast<unsigned char>(text[2])] | v[3][static_cast<unsigned char>(text[3])];
}

void put_bytes(std::uint32_t bits, std::byte* to) {
  to[0] = static_cast<std::byte>(bits >> 16U);
  to[1] = static_cast<std::byte>(bits >> 8U & 0xffU);
  to[2] = static_cast<std::byte>(bits & 0xffU);
}

/// `chars` is a multiple of 4. False where a character is none of the 64.
bool decode_plain(const std::byte* text, std::size_t chars, std::byte* to) {
  std::uint32_t all = 0;
  for (std::size_t i = 0; i < chars; i += 4, to += 3) {
    const auto bits = quantum(text + i);
    all |= bits;
    put_bytes(bits, to);
  }
  return (all & kInvalid) == 0;
}

void encode_plain(const std::byte* bytes, std::size_t size, std::byte* to) {
  for (std::size_t i = 0; i < size; i += 3, to += 4) {
    const auto bits = static_cast<std::uint32_t>(bytes[i]) << 16U | static_cast<std::uint32_t>(bytes[i + 1]) << 8U |
                      static_cast<std::uint32_t>(bytes[i + 2]);
    std::memcpy(to, kPairs.pairs[bits >> 12U].data(), 2);
    std::memcpy(to + 2, kPairs.pairs[bits & 0xfffU].data(), 2);
  }
}

/// The last 1 or 2 bytes, padded.
void encode_tail(const std::byte* bytes, std::size_t size, std::byte* to) {
  std::array<std::byte, 3> padded{};
  std::memcpy(padded.data(), bytes, size);
  encode_plain(padded.data(), padded.size(), to);
  to[3] = static_cast<std::byte>('=');
  if (size == 1) to[2] = static_cast<std::byte>('=');
}

/// A whole line with or without padding; `chars` is a multiple of 4. The bytes it stands for, or nullopt where it is
/// not what those bytes encode to.
std::optional<std::size_t> decode_last(const std::byte* text, std::size_t chars, std::byte* to) {
  std::size_t padding = 0;
  while (padding < 2 && text[chars - 1 - padding] == static_cast<std::byte>('=')) ++padding;
  const auto plain = padding == 0 ? chars : chars - 4;
  if (!decode_plain(text, plain, to)) return std::nullopt;
  if (padding == 0) return chars / 4 * 3;
  std::array<std::byte, 4> quad{};
  std::memcpy(quad.data(), text + plain, 4 - padding);
  std::fill(quad.end() - static_cast<std::ptrdiff_t>(padding), quad.end(), static_cast<std::byte>('A'));
  const auto bits = quantum(quad.data());
  // The bits under the padding must be zero, or encoding gives another character.
  if ((bits & kInvalid) != 0 || (bits & ((1U << 8U * padding) - 1U)) != 0) return std::nullopt;
  put_bytes(bits, to + plain / 4 * 3);
  return plain / 4 * 3 + 3 - padding;
}

}  // namespace

std::uint64_t encoded_size(const Base64Coding& coding, std::uint64_t bytes) {
  const auto chars = (bytes + 2) / 3 * 4;
  const auto lines = (chars + coding.line - 1) / coding.line;
  const std::uint64_t line_end = coding.crlf ? 2 : 1;
  return chars + lines * line_end - (coding.open_end && lines > 0 ? line_end : 0);
}

void encode_base64(const Base64Coding& coding, ByteView bytes, std::span<std::byte> to) {
  auto* out = to.data();
  const auto* const end = out + to.size();
  const auto byte_line = static_cast<std::size_t>(coding.byte_line());
  for (std::size_t at = 0; at < bytes.size(); at += byte_line) {
    const auto size = std::min(byte_line, bytes.size() - at);
    const auto plain = size / 3 * 3;
    encode_plain(bytes.data() + at, plain, out);
    out += plain / 3 * 4;
    if (plain < size) {
      encode_tail(bytes.data() + at + plain, size - plain, out);
      out += 4;
    }
    if (out == end) break;  // open_end
    if (coding.crlf) *out++ = static_cast<std::byte>('\r');
    *out++ = static_cast<std::byte>('\n');
  }
}

std::optional<Base64Coding> base64_at(ByteView text) {
  const auto window = as_text(text.first(std::min<std::size_t>(text.size(), Base64Coding::kMaxLine + 2)));
  const auto end = window.find('\n');
  if (end == std::string_view::npos || end < Base64Coding::kMinLine) return std::nullopt;
  Base64Coding coding;
  coding.crlf = window[end - 1] == '\r';
  const auto chars = coding.crlf ? end - 1 : end;
  if (chars % 4 != 0 || chars < Base64Coding::kMinLine || chars > Base64Coding::kMaxLine) return std::nullopt;
  std::array<std::byte, Base64Coding::kMaxLine> bytes{};
  if (!decode_plain(text.data(), chars, bytes.data())) return std::nullopt;
  coding.line = static_cast<std::uint32_t>(chars);
  return coding;
}

std::size_t Base64Reader::take(ByteView text, bool is_last, Bytes& to) {
  const std::size_t line = coding_.line;
  const auto text_line = static_cast<std::size_t>(coding_.text_line());
  const auto byte_line = static_cast<std::size_t>(coding_.byte_line());
  const auto start = to.size();
  to.resize(start + (text.size() / text_line + 1) * byte_line);
  auto* out = to.data() + start;
  std::size_t at = 0;
  while (text.size() - at >= text_line) {
    const auto* here = text.data() + at;
    const bool ends = coding_.crlf
                          ? here[line] == static_cast<std::byte>('\r') && here[line + 1] == static_cast<std::byte>('\n')
                          : here[line] == static_cast<std::byte>('\n');
    if (!ends || !decode_plain(here, line, out)) break;
    at += text_line;
    out += byte_line;
  }
  to.resize(static_cast<std::size_t>(out - to.data()));
  if (text.size() - at >= text_line || is_last) {
    at += take_last_line(text.subspan(at), is_last, to);
    ended_ = true;
  }
  return at;
}

// Shorter than the others, or padded, or without a line end because the blob ends: or not of this text at all.
std::size_t Base64Reader::take_last_line(ByteView text, bool is_last, Bytes& to) {
  const auto window =
      as_text(text.first(std::min<std::size_t>(text.size(), static_cast<std::size_t>(coding_.text_line()))));
  const auto end = window.find('\n');
  const bool open = end == std::string_view::npos;
  if (open && !(is_last && window.size() == text.size())) return 0;
  auto chars = open ? window.size() : end;
  if (!open && coding_.crlf) {
    if (chars == 0 || window[chars - 1] != '\r') return 0;
    --chars;
  }
  if (chars == 0 || chars % 4 != 0 || chars > coding_.line) return 0;
  const auto start = to.size();
  to.resize(start + chars / 4 * 3);
  const auto size = decode_last(text.data(), chars, to.data() + start);
  to.resize(start + size.value_or(0));
  if (!size) return 0;
  coding_.open_end = open;
  return open ? chars : end + 1;
}

}  // namespace yestermail
