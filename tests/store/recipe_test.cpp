// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/recipe.h"

#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "base/hex.h"
#include "store/compressor.h"
#include "tests/store/memory_parts.h"
#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

PartStep put(MemoryParts& pool, const std::string& bytes) {
  const PartStep step{Digest::of(as_bytes(bytes)), bytes.size()};
  if (!pool.has(step.part, as_bytes(bytes))) pool.store(step.part, BlobForm::kWhole, bytes.size(), as_bytes(bytes));
  return step;
}

Bytes recipe_of(RecipeWriter& writer) {
  Bytes bytes;
  writer.finish(bytes);
  return bytes;
}

// Stores keep recipes for ever: these bytes were written by the program that had the version.
TEST(Recipe, ReadsVersionOneForEver) {
  MemoryParts pool;
  put(pool, "the part");
  auto bytes = to_bytes("\x01\x03");
  append(bytes, to_bytes(std::string("\x00\x06"
                                     "head\n\n",
                                     8)));
  append(bytes, to_bytes("\x01"));
  append(bytes, Digest::of(as_bytes("the part")).bytes());
  append(bytes, to_bytes(std::string("\x08"
                                     "\x00\x04"
                                     "tail",
                                     7)));
  EXPECT_EQ(join({{}, 0, BlobForm::kRecipe, bytes}, pool), "head\n\nthe parttail");
}

TEST(Recipe, ReadsVersionTwoForEver) {
  MemoryParts pool;
  put(pool, std::string(30, 'x') + "end");
  auto bytes = to_bytes("\x02\x03");
  append(bytes, to_bytes(std::string("\x00\x02"
                                     "a\n",
                                     4)));
  append(bytes, to_bytes("\x02\x01\x14\x01\x01\x01"));  // base64, lines of 20, CR LF, one piece: a part
  append(bytes, Digest::of(as_bytes(std::string(30, 'x') + "end")).bytes());
  append(bytes, to_bytes("\x21"));
  append(bytes, to_bytes(std::string("\x02\x01\x14\x02\x01"
                                     "\x00\x02"
                                     "yz",
                                     9)));  // open end, a literal
  EXPECT_EQ(join({{}, 0, BlobForm::kRecipe, bytes}, pool),
            "a\neHh4eHh4eHh4eHh4eHh4\r\neHh4eHh4eHh4eHh4eHh4\r\nZW5k\r\neXo=");
}

TEST(Recipe, WritesWhatItReads) {
  MemoryParts pool;
  RecipeWriter writer;
  writer.literal(as_bytes("a\n"));
  writer.coded({20, true, false}, put(pool, std::string(30, 'x') + "end"));
  writer.coded({20, false, true}, as_bytes("yz"));
  writer.part(put(pool, "raw"));
  EXPECT_EQ(join({{}, 0, BlobForm::kRecipe, recipe_of(writer)}, pool),
            "a\neHh4eHh4eHh4eHh4eHh4\r\neHh4eHh4eHh4eHh4eHh4\r\nZW5k\r\neXo=raw");
}

TEST(RecipeJoiner, GivesEveryRangeOfABlob) {
  MemoryParts pool;
  RecipeWriter chunks;
  for (const std::uint32_t seed : {1U, 2U, 3U}) chunks.part(put(pool, noise(101 + seed, seed)));
  const auto whole = noise(102, 1) + noise(103, 2) + noise(104, 3);
  const auto inner = recipe_of(chunks);
  const PartStep part{Digest::of(as_bytes(whole)), whole.size()};
  pool.store(part.part, BlobForm::kRecipe, whole.size(), inner);
  for (const bool crlf : {false, true}) {
    RecipeWriter writer;
    writer.literal(as_bytes("head\n\n"));
    writer.coded({40, crlf, false}, part);
    writer.literal(as_bytes("between"));
    writer.part(part);
    writer.coded({60, crlf, true}, as_bytes("the end of it"));
    const auto bytes = recipe_of(writer);
    RecipeJoiner joiner({nullptr, bytes}, pool);
    const auto blob = "head\n\n" + base64(whole, 40, crlf) + "between" + whole + "dGhlIGVuZCBvZiBpdA==";
    ASSERT_EQ(joiner.size(), blob.size());
    std::string some(blob.size() + 10, ' ');
    for (std::size_t from = 0; from <= blob.size() + 1; from += 1 + from % 5) {
      for (std::size_t size = 0; size < blob.size() + 10; size += 1 + size / 3) {
        const auto got = joiner.read(from, std::as_writable_bytes(std::span(some).first(size)));
        ASSERT_EQ(some.substr(0, got), from >= blob.size() ? "" : blob.substr(from, size)) << from << " " << size;
      }
    }
  }
}

TEST(RecipeJoiner, RefusesAPartThatIsNotWhatTheRecipeSays) {
  MemoryParts pool;
  const auto part = put(pool, "some bytes");
  RecipeWriter writer;
  writer.part({part.part, part.size + 1});
  const auto bytes = recipe_of(writer);
  RecipeJoiner joiner({nullptr, bytes}, pool);
  Bytes into(static_cast<std::size_t>(joiner.size()));
  EXPECT_THROW(joiner.read(0, into), Error);
}

TEST(Recipe, RefusesNonsenseWithoutHarm) {
  std::mt19937 random(5);
  MemoryParts pool;
  RecipeWriter writer;
  writer.literal(as_bytes("header\n\n"));
  writer.part(put(pool, noise(200, 1)));
  writer.coded({76, false, false}, put(pool, noise(300, 2)));
  writer.coded({60, true, true}, as_bytes("small"));
  const auto good = recipe_of(writer);
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good;
    for (unsigned flips = 1 + random() % 4; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<std::byte>(1U << (random() % 8));
    if (random() % 3 == 0) bytes.resize(random() % bytes.size());
    try {
      RecipeJoiner joiner({nullptr, bytes}, pool);
      Bytes into(4096);
      joiner.read(random() % 1000, into);
    } catch (const Error&) {
    } catch (const std::out_of_range&) {  // MemoryParts has no such part.
    }
  }
}

TEST(Compressor, RefusesWhatIsNotTheLengthThatWasRecorded) {
  Compressor compressor(3);
  const auto text = std::string(100'000, 'x');
  const auto encoded = compressor.encode(as_bytes(text));
  EXPECT_EQ(encoded.codec, Codec::kZstd);
  EXPECT_EQ(as_text(decode(encoded.codec, encoded.bytes, text.size())), text);
  EXPECT_THROW((void)decode(encoded.codec, encoded.bytes, text.size() - 1), Error);
  EXPECT_THROW((void)decode(encoded.codec, encoded.bytes, text.size() + 1), Error);
  EXPECT_THROW((void)decode(encoded.codec, encoded.bytes.first(encoded.bytes.size() - 1), text.size()), Error);
  EXPECT_THROW((void)decode(static_cast<Codec>(9), encoded.bytes, text.size()), Error);
}

TEST(Compressor, LeavesAsItIsWhatDoesNotShrink) {
  Compressor compressor(3);
  std::mt19937 random(1);
  Bytes bytes(5000);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  EXPECT_EQ(compressor.encode(bytes).codec, Codec::kRaw);
  Compressor none(0);
  EXPECT_EQ(none.encode(as_bytes("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")).codec, Codec::kRaw);
}

}  // namespace
}  // namespace yestermail::test
