// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace yestermail {
namespace {

TEST(StreamLog, WritesALineAMessage) {
  std::ostringstream out;
  StreamLog log(out);
  log.warning("alice: one file could not be read");
  log.error("the store is read-only now");
  EXPECT_EQ(out.str(),
            "yestermail: warning: alice: one file could not be read\n"
            "yestermail: the store is read-only now\n");
}

TEST(StreamLog, KeepsLinesWholeAmongThreads) {
  std::ostringstream out;
  StreamLog log(out);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log] {
        for (int i = 0; i < 200; ++i) log.warning("0123456789");
      });
    }
  }
  std::istringstream lines(out.str());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) ASSERT_EQ(line, "yestermail: warning: 0123456789");
  EXPECT_EQ(count, 800);
}

}  // namespace
}  // namespace yestermail
