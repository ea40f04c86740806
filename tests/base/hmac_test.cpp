// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/hmac.h"

#include <gtest/gtest.h>

namespace yestermail::test {
namespace {

TEST(Hmac, GivesTheVectorsOfRfc4231) {
  EXPECT_EQ(hmac_of(Bytes(20, std::byte{0x0b}), as_bytes("Hi There")).hex(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_of(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")).hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hmac_of(Bytes(131, std::byte{0xaa}), as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")).hex(),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace yestermail::test
