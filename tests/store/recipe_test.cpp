// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/recipe.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/error.h"
#include "store/blob_splitter.h"
#include "store/compressor.h"
#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

/// A blob cut and joined again.
struct Joined {
  CutBlob cut;
  Bytes bytes;
  std::vector<std::size_t> parts;
};

Joined cut_and_join(std::string_view blob, BlobReadBuffer& buffer) {
  Joined joined;
  std::map<Digest, Bytes> parts;
  MemorySource source(as_bytes(blob));
  joined.cut = cut_blob(
      source, buffer, [](const Digest&) { return false; },
      [&](const Digest& digest, ByteView bytes) {
        parts[digest] = Bytes(bytes.begin(), bytes.end());
        joined.parts.push_back(bytes.size());
      });
  if (joined.cut.form == BlobForm::kWhole) {
    joined.bytes.assign(joined.cut.stored.begin(), joined.cut.stored.end());
    return joined;
  }
  for (const auto& step : decode_recipe(joined.cut.stored)) {
    const auto* literal = std::get_if<Bytes>(&step);
    append(joined.bytes, literal != nullptr ? *literal : parts.at(std::get<PartStep>(step).part));
  }
  return joined;
}

TEST(Recipe, GivesBackBlobsOfEverySizeAroundTheLimits) {
  BlobReadBuffer buffer;
  const std::size_t header = 64U << 10U;
  for (const std::size_t limit :
       {kMinPartBytes, header, kMaxPartBytes, kMaxPartBytes + header, 2 * kMaxPartBytes + header}) {
    for (const std::size_t size : {limit - 1, limit, limit + 1}) {
      for (const std::string head : {"", "\n\n", "A: b\n\n", "A: b\r\n\r\n"}) {
        const auto blob = head + noise(size, static_cast<std::uint32_t>(size));
        const auto joined = cut_and_join(blob, buffer);
        EXPECT_EQ(as_text(joined.bytes), blob);
        EXPECT_EQ(joined.cut.digest, Digest::of(as_bytes(blob)));
        EXPECT_EQ(joined.cut.size, blob.size());
        for (const auto part : joined.parts) {
          EXPECT_GE(part, kMinPartBytes);
          EXPECT_LE(part, kMaxPartBytes);
        }
      }
    }
  }
}

TEST(Recipe, CutsCopiesWithOtherTraceHeadersIntoTheSameParts) {
  BlobReadBuffer buffer;
  const auto body = noise(2'500'000, 9);
  const auto one = cut_and_join("Delivered-To: alice\n\n" + body, buffer);
  const auto other = cut_and_join("Delivered-To: bob.with.a.longer.name\nReceived: x\n\n" + body, buffer);
  EXPECT_EQ(one.parts, other.parts);
  EXPECT_EQ(one.parts.size(), 3U);
}

TEST(Recipe, RefusesNonsenseWithoutHarm) {
  std::mt19937 random(5);
  Recipe recipe;
  recipe.emplace_back(to_bytes("header\n\n"));
  recipe.emplace_back(PartStep{Digest::of(as_bytes("x")), 20'000});
  const auto good = encode_recipe(recipe);
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good;
    for (unsigned flips = 1 + random() % 4; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<std::byte>(1U << (random() % 8));
    if (random() % 3 == 0) bytes.resize(random() % bytes.size());
    try {
      (void)decode_recipe(bytes);
    } catch (const Error&) {
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
