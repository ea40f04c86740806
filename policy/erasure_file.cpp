// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/erasure_file.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/codec.h"
#include "base/error.h"
#include "base/hmac.h"
#include "base/uuid.h"

namespace yestermail {
namespace {

constexpr std::string_view kMagic = "YMERASE1";

[[noreturn]] void damaged() { throw Error(Errc::kDamage, "it is no list of what was erased"); }

}  // namespace

ErasureKey random_erasure_key() {
  // A few bits of an id are fixed: what is hashed from two of them has all the others.
  Bytes random;
  append(random, Uuid::random().bytes());
  append(random, Uuid::random().bytes());
  append(random, Uuid::random().bytes());
  const auto digest = Digest::of(random);
  ErasureKey key;
  std::ranges::copy(digest.bytes(), key.begin());
  return key;
}

ErasureMark erasure_mark(const ErasureKey& key, std::string_view account, const Digest& content) {
  auto text = to_bytes(lower_case(account));
  text.push_back(std::byte{0});
  append(text, content.bytes());
  const auto whole = hmac_of(key, text);
  ErasureMark mark;
  std::ranges::copy(whole.bytes().first(mark.value.size()), mark.value.begin());
  return mark;
}

Bytes encode_erasure_file(const ErasureFile& file) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.raw(as_bytes(kMagic));
  out.raw(file.key);
  out.string(file.note);
  out.varint(file.marks.size());
  for (const auto& mark : file.marks) out.raw(mark.value);
  return bytes;
}

ErasureFile decode_erasure_file(ByteView bytes) {
  ByteReader in(bytes);
  if (as_text(in.raw(kMagic.size())) != kMagic) damaged();
  ErasureFile file;
  std::ranges::copy(in.raw(file.key.size()), file.key.begin());
  file.note = as_text(in.string());
  const auto count = in.varint();
  if (count > kMostMarks || in.left() != count * sizeof(ErasureMark::value)) damaged();
  file.marks.resize(static_cast<std::size_t>(count));
  for (auto& mark : file.marks) std::ranges::copy(in.raw(mark.value.size()), mark.value.begin());
  return file;
}

}  // namespace yestermail
