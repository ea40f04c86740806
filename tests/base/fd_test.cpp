// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace yestermail {
namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(Fd, ClosesWhatItOwns) {
  int number = -1;
  {
    const Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    number = fd.get();
    ASSERT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Fd, MovesOwnershipAndClosesOnce) {
  Fd a(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = a.get();
  Fd b(std::move(a));
  EXPECT_EQ(b.get(), number);
  Fd c;
  c = std::move(b);
  EXPECT_EQ(c.get(), number);
  EXPECT_TRUE(is_open(number));
  EXPECT_EQ(c.release(), number);
  EXPECT_FALSE(c.valid());
  EXPECT_TRUE(is_open(number));
  ::close(number);
}

}  // namespace
}  // namespace yestermail
