// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/frame.h"

#include <array>

#include "base/checksum.h"
#include "base/codec.h"
#include "base/error.h"

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

Frame read_frame(const File& file, const std::string& path, std::uint64_t offset, FrameKind kind) {
  std::array<std::byte, kFrameHeaderBytes> header{};
  if (file.read_at(offset, header) != header.size()) fail(path, offset, "the file ends before it");
  ByteReader in(header);
  const auto magic = in.u32();
  const auto codec = static_cast<Codec>(in.u8());
  const auto encryption = in.u8();
  in.u16();
  const auto raw_length = in.u32();
  const auto encoded_length = in.u32();
  const auto payload_sum = in.u64();
  if (in.u64() != checksum(ByteView(header).first(kSummedHeaderBytes), offset))
    fail(path, offset, "its header is damaged");
  if (magic != static_cast<std::uint32_t>(kind)) fail(path, offset, "not the kind of frame that belongs there");
  if (encryption != 0) throw Error(Errc::kUnsupported, path + ": encrypted: use a newer yestermail");
  if (raw_length > kMaxRawFrameBytes || encoded_length > kMaxRawFrameBytes) fail(path, offset, "too long");
  Bytes encoded(encoded_length);
  if (file.read_at(offset + kFrameHeaderBytes, encoded) != encoded.size())
    fail(path, offset, "the file ends within it");
  if (checksum(encoded, offset) != payload_sum) fail(path, offset, "its bytes are damaged");
  const auto end = offset + kFrameHeaderBytes + encoded_length;
  if (codec == Codec::kRaw && encoded_length == raw_length) return {std::move(encoded), end};
  return {decode(codec, encoded, raw_length), end};
}

}  // namespace yestermail
