// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/digest.h"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

namespace yestermail {
namespace {

// Vectors of FIPS 180-4 (NIST's SHA-256 examples).
TEST(Digest, IsSha256) {
  EXPECT_EQ(Digest::of(as_bytes("")).hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Digest::of(as_bytes("abc")).hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Digest::of(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).hex(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Digest::of(as_bytes(std::string(1'000'000, 'a'))).hex(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Hasher, GivesTheSameForAnyCutOfTheStream) {
  const std::string text(100'001, 'x');
  for (const std::size_t step : {1U, 63U, 64U, 65U, 4096U}) {
    Hasher hasher;
    for (std::size_t at = 0; at < text.size(); at += step) hasher.update(as_bytes(text.substr(at, step)));
    EXPECT_EQ(hasher.finish(), Digest::of(as_bytes(text))) << step;
  }
}

TEST(Hasher, StartsAnewAfterFinish) {
  Hasher hasher;
  hasher.update(as_bytes("something else"));
  (void)hasher.finish();
  hasher.update(as_bytes("abc"));
  EXPECT_EQ(hasher.finish(), Digest::of(as_bytes("abc")));
}

TEST(Digest, ReadsBackItsHex) {
  const auto digest = Digest::of(as_bytes("abc"));
  EXPECT_EQ(Digest::from_hex(digest.hex()), digest);
  EXPECT_EQ(Digest::from_bytes(digest.bytes()), digest);
}

TEST(Digest, RefusesWhatIsNoDigest) {
  const auto hex = Digest::of(as_bytes("abc")).hex();
  EXPECT_FALSE(Digest::from_hex(""));
  EXPECT_FALSE(Digest::from_hex(hex.substr(1)));
  EXPECT_FALSE(Digest::from_hex(hex.substr(2)));
  EXPECT_FALSE(Digest::from_hex(hex + "00"));
  EXPECT_FALSE(Digest::from_hex("BA" + hex.substr(2)));
  EXPECT_FALSE(Digest::from_hex("g" + hex.substr(1)));
  EXPECT_FALSE(Digest::from_bytes(as_bytes("short")));
}

// A store once took each digest that began with zeros for the same; here every byte counts.
TEST(Digest, ComparesAllItsBytes) {
  const std::string zeros(62, '0');
  EXPECT_NE(Digest::from_hex(zeros + "01"), Digest::from_hex(zeros + "02"));
  EXPECT_NE(Digest::from_hex("01" + zeros), Digest::from_hex("02" + zeros));
  EXPECT_NE(Digest::from_hex(zeros + "01"), Digest());
  std::unordered_set<Digest> seen = {*Digest::from_hex(zeros + "01"), *Digest::from_hex(zeros + "02")};
  EXPECT_EQ(seen.size(), 2U);
}

}  // namespace
}  // namespace yestermail
