// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/base64_lines.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "store/base64_codec.h"

namespace yestermail {
namespace {

/// The last 1 or 2 bytes, padded.
void encode_tail(const std::byte* bytes, std::size_t size, std::byte* to) {
  std::array<std::byte, 3> padded{};
  std::memcpy(padded.data(), bytes, size);
  encode_base64_bytes(padded.data(), padded.size(), to);
  to[3] = static_cast<std::byte>('=');
  if (size == 1) to[2] = static_cast<std::byte>('=');
}

/// A whole line with or without padding; `chars` is a multiple of 4. The bytes it stands for, or nullopt where it is
/// not what those bytes encode to.
std::optional<std::size_t> decode_last(const std::byte* text, std::size_t chars, std::byte* to) {
  std::size_t padding = 0;
  while (padding < 2 && text[chars - 1 - padding] == static_cast<std::byte>('=')) ++padding;
  const auto plain = padding == 0 ? chars : chars - 4;
  if (!decode_base64_chars(text, plain, to)) return std::nullopt;
  if (padding == 0) return chars / 4 * 3;
  std::array<std::byte, 4> quad{};
  std::memcpy(quad.data(), text + plain, 4 - padding);
  std::fill(quad.end() - static_cast<std::ptrdiff_t>(padding), quad.end(), static_cast<std::byte>('A'));
  std::array<std::byte, 3> tail{};
  if (!decode_base64_chars(quad.data(), quad.size(), tail.data())) return std::nullopt;
  // The bits under the padding must be zero, or encoding gives another character.
  for (std::size_t i = 3 - padding; i < tail.size(); ++i) {
    if (tail[i] != std::byte{}) return std::nullopt;
  }
  std::memcpy(to + plain / 4 * 3, tail.data(), tail.size());
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
    encode_base64_bytes(bytes.data() + at, plain, out);
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

void encode_base64_range(const Base64Coding& coding, ByteView bytes, std::size_t skipped, std::span<std::byte> to) {
  const auto byte_line = static_cast<std::size_t>(coding.byte_line());
  const auto text_line = static_cast<std::size_t>(coding.text_line());
  while (!to.empty() && !bytes.empty()) {
    const auto lines = skipped > 0 ? 0 : std::min(to.size() / text_line, bytes.size() / byte_line);
    if (lines > 0) {
      encode_base64(coding, bytes.first(lines * byte_line), to.first(lines * text_line));
      bytes = bytes.subspan(lines * byte_line);
      to = to.subspan(lines * text_line);
      continue;
    }
    const auto line = bytes.first(std::min(byte_line, bytes.size()));
    bytes = bytes.subspan(line.size());
    auto alone = coding;
    alone.open_end = coding.open_end && bytes.empty();
    std::array<std::byte, Base64Coding::kMaxLine + 2> text{};
    const auto whole = std::span(text).first(static_cast<std::size_t>(encoded_size(alone, line.size())));
    encode_base64(alone, line, whole);
    const auto wanted = whole.subspan(skipped, std::min(to.size(), whole.size() - skipped));
    std::copy(wanted.begin(), wanted.end(), to.begin());
    to = to.subspan(wanted.size());
    skipped = 0;
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
  if (!decode_base64_chars(text.data(), chars, bytes.data())) return std::nullopt;
  coding.line = static_cast<std::uint32_t>(chars);
  return coding;
}

std::size_t Base64Reader::room_for(std::size_t text) const {
  // The last line may be as long as its bytes need, without an end.
  return (text / static_cast<std::size_t>(coding_.text_line()) + 1) * static_cast<std::size_t>(coding_.byte_line());
}

Base64Reader::Taken Base64Reader::take(ByteView text, bool is_last, std::span<std::byte> to) {
  const std::size_t line = coding_.line;
  const auto text_line = static_cast<std::size_t>(coding_.text_line());
  const auto byte_line = static_cast<std::size_t>(coding_.byte_line());
  auto* out = to.data();
  std::size_t at = 0;
  while (text.size() - at >= text_line) {
    const auto* here = text.data() + at;
    const bool ends = coding_.crlf
                          ? here[line] == static_cast<std::byte>('\r') && here[line + 1] == static_cast<std::byte>('\n')
                          : here[line] == static_cast<std::byte>('\n');
    if (!ends || !decode_base64_chars(here, line, out)) break;
    at += text_line;
    out += byte_line;
  }
  Taken taken{at, static_cast<std::size_t>(out - to.data())};
  if (text.size() - at >= text_line || is_last) {
    const auto last = take_last_line(text.subspan(at), is_last, out);
    taken.text += last.text;
    taken.bytes += last.bytes;
    ended_ = true;
  }
  return taken;
}

// Shorter than the others, or padded, or without a line end because the blob ends: or not of this text at all.
Base64Reader::Taken Base64Reader::take_last_line(ByteView text, bool is_last, std::byte* to) {
  const auto window =
      as_text(text.first(std::min<std::size_t>(text.size(), static_cast<std::size_t>(coding_.text_line()))));
  const auto end = window.find('\n');
  const bool open = end == std::string_view::npos;
  if (open && !(is_last && window.size() == text.size())) return {};
  auto chars = open ? window.size() : end;
  if (!open && coding_.crlf) {
    if (chars == 0 || window[chars - 1] != '\r') return {};
    --chars;
  }
  if (chars == 0 || chars % 4 != 0 || chars > coding_.line) return {};
  const auto size = decode_last(text.data(), chars, to);
  if (!size) return {};
  coding_.open_end = open;
  return {open ? chars : end + 1, *size};
}

}  // namespace yestermail
