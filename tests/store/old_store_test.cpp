// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/store/store_fixture.h"
#include "tests/support/paths.h"
#include "tests/support/shown_store.h"

namespace yestermail::test {
namespace {

// tests/data/store-1.tar.xz: made by the program when recipes had version 1 and each part of the pool its own frame.
TEST(OldStore, OfTheFirstVersionIsReadWholeAndWrittenTo) {
  const TempDirectory directory;
  const auto unpack = "tar -xJf " + data_directory() + "/store-1.tar.xz -C " + directory.path();
  ASSERT_EQ(std::system(unpack.c_str()), 0);
  PosixFilesystem disk;
  TestClock clock;
  RecordingLog log;
  const StoreWorld world{disk, clock, log};
  const auto path = directory / "store-1";
  ShownStore before;
  {
    const auto view = open_view(world, path);
    before = show(*view, kForever);  // Every blob is compared with its digest.
    std::size_t entries = 0;
    for (const auto& [name, account] : before) entries += account.size();
    EXPECT_EQ(before.size(), 3U);
    EXPECT_GT(entries, 51U);
  }
  {
    const auto recorder = open_recorder(world, path);
    recorder->pack_now();
    EXPECT_TRUE(shown_differences(before, show(recorder->view(), kForever)).empty());
  }
  // The same from the truth alone.
  for (const auto& file : std::filesystem::recursive_directory_iterator(path)) {
    if (file.path().extension() == ".db") std::filesystem::remove(file.path());
  }
  const auto view = open_view(world, path);
  EXPECT_TRUE(shown_differences(before, show(*view, kForever)).empty());
  EXPECT_FALSE(log.mentions("error: ")) << log.lines().front();
}

}  // namespace
}  // namespace yestermail::test
