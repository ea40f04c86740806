// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/sqlite_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/posix_filesystem.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {
namespace {

using ::testing::ElementsAre;

class SqliteFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"a.db", "a.db-journal", "a.db-shm", "a.db-wal", "a.db-x", "b.db", "b.db-wal"}) {
      disk_.open(directory_ / name, Filesystem::Open::kCreate);
    }
  }
  TempDirectory directory_;
  PosixFilesystem disk_;
};

TEST_F(SqliteFiles, WhatStandsBesideADatabaseGoesAlone) {
  remove_beside_database(disk_, directory_ / "a.db");
  EXPECT_THAT(disk_.list(directory_.path()), ElementsAre("a.db", "a.db-x", "b.db", "b.db-wal"));
}

TEST_F(SqliteFiles, AllOfADatabaseGoesAndOfNoOther) {
  remove_database(disk_, directory_ / "a.db");
  EXPECT_THAT(disk_.list(directory_.path()), ElementsAre("a.db-x", "b.db", "b.db-wal"));
  remove_database(disk_, directory_ / "a.db");
  remove_database(disk_, directory_ / "none.db");
  EXPECT_THAT(disk_.list(directory_.path()), ElementsAre("a.db-x", "b.db", "b.db-wal"));
}

}  // namespace
}  // namespace yestermail::test
