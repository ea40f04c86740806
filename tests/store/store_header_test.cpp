// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_header.h"

#include <gtest/gtest.h>

#include "base/checksum.h"
#include "base/error.h"
#include "base/posix_filesystem.h"
#include "store/store.h"
#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

class StoreHeaderTest : public StoreFixture {
 protected:
  Errc code_of_opening() {
    try {
      open_view(world(), path());
    } catch (const Error& error) {
      text_ = error.what();
      return error.code();
    }
    ADD_FAILURE() << "it opened";
    return Errc::kFailed;
  }

  void replace_header(std::string text) {
    text += "checksum " + hex16(checksum(as_bytes(text))) + "\n";
    write_durably(disk_, path(), Layout::kHeaderName, as_bytes(text));
  }

  std::string text_;
};

TEST_F(StoreHeaderTest, SurvivesOneDamagedCopy) {
  const auto id = read_store_id(world(), path());
  auto bytes = read_file(disk_, Layout(path()).header());
  for (std::size_t i = 0; i < 4096; ++i) bytes[i] = std::byte{0xff};
  write_durably(disk_, path(), Layout::kHeaderName, bytes);
  EXPECT_EQ(read_store_id(world(), path()), id);
}

TEST_F(StoreHeaderTest, RefusesAStoreOfANewerFormat) {
  replace_header("yestermail store\nformat 2\nid " + Uuid::random().hex() + "\npool store\ncreated 2027-01-01\n");
  EXPECT_EQ(code_of_opening(), Errc::kUnsupported);
  EXPECT_NE(text_.find("newer yestermail"), std::string::npos) << text_;
}

TEST_F(StoreHeaderTest, RefusesAFeatureThatItDoesNotKnow) {
  replace_header("yestermail store\nformat 1\nid " + Uuid::random().hex() + "\npool store\nkeys wrapped\n");
  EXPECT_EQ(code_of_opening(), Errc::kUnsupported);
}

TEST_F(StoreHeaderTest, SaysThatBothCopiesAreDamaged) {
  write_durably(disk_, path(), Layout::kHeaderName, as_bytes("nonsense"));
  EXPECT_EQ(code_of_opening(), Errc::kDamage);
}

TEST_F(StoreHeaderTest, SaysThatADirectoryIsNoStore) {
  disk_.remove(Layout(path()).header());
  EXPECT_EQ(code_of_opening(), Errc::kNotFound);
  EXPECT_NE(text_.find("not a store"), std::string::npos) << text_;
}

TEST_F(StoreHeaderTest, RefusesToMakeAStoreOverOtherFiles) {
  EXPECT_THROW(create_store(world(), path(), {}), Error);
  const auto other = directory_ / "other";
  disk_.make_directory(other);
  disk_.open(other + "/letter.txt", Filesystem::Open::kCreate);
  EXPECT_THROW(create_store(world(), other, {}), Error);
  EXPECT_EQ(disk_.list(other).size(), 1U);
}

TEST_F(StoreHeaderTest, KeepsSettings) {
  StoreSettings settings;
  settings.sources = {"maildir:/srv/mail/%d/%n/Maildir:LAYOUT=fs"};
  settings.accounts = {"*@example.com"};
  settings.exclude = {"spam@*", "x y"};
  create_store(world(), directory_ / "second", settings);
  const auto read = read_store_settings(world(), directory_ / "second");
  EXPECT_EQ(read.sources, settings.sources);
  EXPECT_EQ(read.accounts, settings.accounts);
  EXPECT_EQ(read.exclude, settings.exclude);
}

}  // namespace
}  // namespace yestermail::test
