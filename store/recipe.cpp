// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/recipe.h"

#include <algorithm>

#include "base/codec.h"
#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kLiteral = 0;
constexpr std::uint8_t kPart = 1;
constexpr std::size_t kMaxHeaderBytes = 64U << 10U;

}  // namespace

Bytes encode_recipe(const Recipe& recipe) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(kVersion);
  out.varint(recipe.size());
  for (const auto& step : recipe) {
    if (const auto* literal = std::get_if<Bytes>(&step)) {
      out.u8(kLiteral);
      out.string(*literal);
    } else {
      const auto& part = std::get<PartStep>(step);
      out.u8(kPart);
      out.raw(part.part.bytes());
      out.varint(part.size);
    }
  }
  return bytes;
}

Recipe decode_recipe(ByteView bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) throw Error(Errc::kUnsupported, "a recipe of a later version: use a newer yestermail");
  Recipe recipe;
  for (auto count = in.varint(); count > 0; --count) {
    switch (in.u8()) {
      case kLiteral: {
        const auto literal = in.string();
        recipe.emplace_back(Bytes(literal.begin(), literal.end()));
        break;
      }
      case kPart: {
        PartStep part;
        part.part = *Digest::from_bytes(in.raw(Digest::kSize));
        part.size = in.varint();
        if (part.size > kMaxPartBytes) throw Error(Errc::kDamage, "a recipe names a part that is too long");
        recipe.emplace_back(part);
        break;
      }
      default: throw Error(Errc::kUnsupported, "a recipe of a later version: use a newer yestermail");
    }
  }
  return recipe;
}

std::uint64_t recipe_size(const Recipe& recipe) {
  std::uint64_t size = 0;
  for (const auto& step : recipe) {
    const auto* literal = std::get_if<Bytes>(&step);
    size += literal != nullptr ? literal->size() : std::get<PartStep>(step).size;
  }
  return size;
}

std::size_t body_offset(ByteView start_of_message) {
  const auto text = as_text(start_of_message.first(std::min(start_of_message.size(), kMaxHeaderBytes)));
  const auto lf = text.find("\n\n");
  const auto crlf = text.find("\n\r\n");
  if (crlf < lf) return crlf + 3;
  return lf == std::string_view::npos ? 0 : lf + 2;
}

}  // namespace yestermail
