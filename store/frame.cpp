// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/frame.h"

#include <array>

#include "base/checksum.h"
#include "base/codec.h"
#include "base/error.h"
#include "store/spare_bytes.h"

namespace yestermail {
namespace {

constexpr std::size_t kSummedHeaderBytes = 24;

[[noreturn]] void fail(const std::string& path, std::uint64_t offset, const char* what) {
  throw Error(Errc::kDamage, path + ": frame at " + std::to_string(offset) + ": " + what);
}

}  // namespace

void append_frame(FrameKind kind, const Encoded& encoded, std::size_t raw_length, std::uint64_t offset, Bytes& to) {
  const auto start = to.size();
  ByteWriter out(to);
  out.u32(static_cast<std::uint32_t>(kind));
  out.u8(static_cast<std::uint8_t>(encoded.codec));
  out.u8(0);
  out.u16(0);
  out.u32(static_cast<std::uint32_t>(raw_length));
  out.u32(static_cast<std::uint32_t>(encoded.bytes.size()));
  out.u64(checksum(encoded.bytes, offset));
  out.u64(checksum(ByteView(to).subspan(start, kSummedHeaderBytes), offset));
  out.raw(encoded.bytes);
}

namespace {

struct FrameHeader {
  Codec codec = Codec::kRaw;
  std::uint32_t raw_length = 0;
  std::uint32_t encoded_length = 0;
  std::uint64_t payload_sum = 0;
  [[nodiscard]] bool is_plain() const { return codec == Codec::kRaw && encoded_length == raw_length; }
};

FrameHeader read_header(const File& file, const std::string& path, std::uint64_t offset, FrameKind kind) {
  std::array<std::byte, kFrameHeaderBytes> bytes{};
  if (file.read_at(offset, bytes) != bytes.size()) fail(path, offset, "the file ends before it");
  ByteReader in(bytes);
  FrameHeader header;
  const auto magic = in.u32();
  header.codec = static_cast<Codec>(in.u8());
  const auto encryption = in.u8();
  in.u16();
  header.raw_length = in.u32();
  header.encoded_length = in.u32();
  header.payload_sum = in.u64();
  if (in.u64() != checksum(ByteView(bytes).first(kSummedHeaderBytes), offset))
    fail(path, offset, "its header is damaged");
  if (magic != static_cast<std::uint32_t>(kind)) fail(path, offset, "not the kind of frame that belongs there");
  if (encryption != 0) throw Error(Errc::kUnsupported, path + ": encrypted: use a newer yestermail");
  if (header.raw_length > kMaxRawFrameBytes || header.encoded_length > kMaxRawFrameBytes)
    fail(path, offset, "too long");
  return header;
}

}  // namespace

Frame read_frame(const File& file, const std::string& path, std::uint64_t offset, FrameKind kind) {
  const auto header = read_header(file, path, offset, kind);
  auto encoded = take_bytes(header.encoded_length);
  if (file.read_at(offset + kFrameHeaderBytes, encoded) != encoded.size())
    fail(path, offset, "the file ends within it");
  if (checksum(encoded, offset) != header.payload_sum) fail(path, offset, "its bytes are damaged");
  const auto end = offset + kFrameHeaderBytes + header.encoded_length;
  if (header.is_plain()) return {std::move(encoded), end};
  auto raw = decode(header.codec, encoded, header.raw_length);
  give_bytes(std::move(encoded));
  return {std::move(raw), end};
}

std::optional<Bytes> read_plain(const File& file, const std::string& path, std::uint64_t offset, std::uint64_t inner,
                                std::uint64_t length) {
  const auto header = read_header(file, path, offset, FrameKind::kData);
  if (!header.is_plain()) return std::nullopt;
  if (inner > header.raw_length || length > header.raw_length - inner) fail(path, offset, "a blob's place is outside");
  auto bytes = take_bytes(static_cast<std::size_t>(length));
  if (file.read_at(offset + kFrameHeaderBytes + inner, bytes) != length) fail(path, offset, "the file ends within it");
  return bytes;
}

}  // namespace yestermail
