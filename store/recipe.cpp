// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/recipe.h"

#include "base/codec.h"
#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::uint8_t kFirstVersion = 1;  ///< no coded steps
constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kLiteral = 0;
constexpr std::uint8_t kPart = 1;
constexpr std::uint8_t kCoded = 2;
constexpr std::uint8_t kBase64 = 1;
constexpr std::uint8_t kCrlf = 1;
constexpr std::uint8_t kOpenEnd = 2;
constexpr std::uint64_t kMaxBlobBytes = std::uint64_t{1} << 48U;  ///< so that no sum of sizes overflows

// A program that writes later ones says so in the store's header, so that this one does not open it.
[[noreturn]] void refuse_unknown() {
  throw Error(Errc::kDamage, "its recipe is damaged, or of a later version of yestermail");
}

RecipePiece read_piece(std::uint8_t kind, ByteReader& in) {
  if (kind == kLiteral) return in.string();
  if (kind != kPart) refuse_unknown();
  PartStep part;
  part.part = *Digest::from_bytes(in.raw(Digest::kSize));
  part.size = in.varint();
  if (part.size > kMaxBlobBytes) throw Error(Errc::kDamage, "a recipe names a part that is too long");
  return part;
}

Base64Coding read_coding(ByteReader& in) {
  if (in.u8() != kBase64) refuse_unknown();
  Base64Coding coding;
  const auto line = in.varint();
  const auto flags = in.u8();
  if (line < Base64Coding::kMinLine || line > Base64Coding::kMaxLine || line % 4 != 0 || flags > (kCrlf | kOpenEnd)) {
    throw Error(Errc::kDamage, "a recipe has lines of base64 that cannot be");
  }
  coding.line = static_cast<std::uint32_t>(line);
  coding.crlf = (flags & kCrlf) != 0;
  coding.open_end = (flags & kOpenEnd) != 0;
  return coding;
}

RecipeStep read_step(std::uint8_t version, ByteReader& in) {
  RecipeStep step;
  const auto kind = in.u8();
  if (kind != kCoded) {
    step.pieces.push_back(read_piece(kind, in));
    step.size = piece_size(step.pieces.front());
    return step;
  }
  if (version < kVersion) refuse_unknown();
  step.coding = read_coding(in);
  std::uint64_t decoded = 0;
  for (auto count = in.varint(); count > 0; --count) {
    step.pieces.push_back(read_piece(in.u8(), in));
    decoded += piece_size(step.pieces.back());
    if (decoded > kMaxBlobBytes) throw Error(Errc::kDamage, "a recipe names parts that are too long");
  }
  step.size = encoded_size(*step.coding, decoded);
  return step;
}

}  // namespace

std::uint64_t piece_size(const RecipePiece& piece) {
  const auto* literal = std::get_if<ByteView>(&piece);
  return literal != nullptr ? literal->size() : std::get<PartStep>(piece).size;
}

Recipe decode_recipe(ByteView bytes) {
  ByteReader in(bytes);
  const auto version = in.u8();
  if (version != kFirstVersion && version != kVersion) refuse_unknown();
  Recipe recipe;
  std::uint64_t size = 0;
  for (auto count = in.varint(); count > 0; --count) {
    recipe.push_back(read_step(version, in));
    size += recipe.back().size;
    if (size > 2 * kMaxBlobBytes) throw Error(Errc::kDamage, "a recipe makes a blob that is too long");
  }
  return recipe;
}

std::uint64_t recipe_size(const Recipe& recipe) {
  std::uint64_t size = 0;
  for (const auto& step : recipe) size += step.size;
  return size;
}

void RecipeWriter::begin(std::uint8_t kind) {
  steps_.push_back(static_cast<std::byte>(kind));
  ++count_;
}

void RecipeWriter::literal(ByteView bytes) {
  if (bytes.empty()) return;
  begin(kLiteral);
  ByteWriter(steps_).string(bytes);
}

void RecipeWriter::add_part(const PartStep& part) {
  ByteWriter out(steps_);
  out.raw(part.part.bytes());
  out.varint(part.size);
}

void RecipeWriter::part(const PartStep& part) {
  begin(kPart);
  add_part(part);
}

void RecipeWriter::begin_coded(const Base64Coding& coding) {
  begin(kCoded);
  ByteWriter out(steps_);
  out.u8(kBase64);
  out.varint(coding.line);
  out.u8(static_cast<std::uint8_t>((coding.crlf ? kCrlf : 0U) | (coding.open_end ? kOpenEnd : 0U)));
  out.varint(1);
}

void RecipeWriter::coded(const Base64Coding& coding, ByteView bytes) {
  begin_coded(coding);
  ByteWriter out(steps_);
  out.u8(kLiteral);
  out.string(bytes);
}

void RecipeWriter::coded(const Base64Coding& coding, const PartStep& part) {
  begin_coded(coding);
  steps_.push_back(static_cast<std::byte>(kPart));
  add_part(part);
}

void RecipeWriter::finish(Bytes& to) {
  ByteWriter out(to);
  out.u8(kVersion);
  out.varint(count_);
  out.raw(steps_);
  steps_.clear();
  count_ = 0;
}

}  // namespace yestermail
