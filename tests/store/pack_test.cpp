// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "store/pack_reader.h"
#include "store/pack_writer.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {
namespace {

class PackTest : public ::testing::Test {
 protected:
  PackTest() {
    make_directories(disk_, directory_.path(), "tmp");
    make_directories(disk_, directory_.path(), "pool/packs");
    PackWriter writer(disk_, layout_, Uuid::random(), PackClass::kPool, Uuid{});
    Compressor compressor(3);
    for (const auto& text : texts_) {
      const auto raw = as_bytes(text);
      writer.add_frame(compressor.encode(raw), raw.size(),
                       {{Digest::of(raw), BlobForm::kWhole, raw.size(), 0, 0, raw.size()}});
    }
    sealed_ = writer.seal();
  }

  [[nodiscard]] std::string path() const { return layout_.pool_pack({}, sealed_.name); }

  const std::vector<std::string> texts_{std::string(5000, 'a'), "short", "Subject: hello\n\nhello\n"};
  TempDirectory directory_;
  PosixFilesystem disk_;
  const Layout layout_{directory_.path()};
  PackWriter::Sealed sealed_;
};

TEST_F(PackTest, GivesBackItsContentsAndFrames) {
  const PackReader reader(disk_, path());
  const auto contents = reader.contents();
  ASSERT_EQ(contents.size(), texts_.size());
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    EXPECT_EQ(contents[i].digest, Digest::of(as_bytes(texts_[i])));
    EXPECT_EQ(as_text(reader.frame(contents[i].frame)), texts_[i]);
  }
}

TEST_F(PackTest, GivesAPieceOfAFrameThatIsNotCompressed) {
  const PackReader reader(disk_, path());
  const auto contents = reader.contents();
  EXPECT_FALSE(reader.plain(contents[0].frame, 1, 10)) << "of one that is compressed there are no pieces";
  const auto piece = reader.plain(contents[2].frame, 9, 5);
  ASSERT_TRUE(piece);
  EXPECT_EQ(as_text(*piece), "hello");
  EXPECT_TRUE(reader.plain(contents[2].frame, texts_[2].size(), 0));
  EXPECT_THROW((void)reader.plain(contents[2].frame, texts_[2].size(), 1), Error);
  EXPECT_THROW((void)reader.plain(contents[2].frame, ~std::uint64_t{0}, 2), Error);
}

TEST_F(PackTest, BearsTheDigestOfItsBytesAsName) {
  EXPECT_EQ(Digest::of(read_file(disk_, path())), sealed_.name);
  EXPECT_TRUE(disk_.list(layout_.staging()).empty());
}

TEST_F(PackTest, LeavesNothingWhenItIsNotSealed) {
  { PackWriter writer(disk_, layout_, Uuid{}, PackClass::kPool, Uuid{}); }
  EXPECT_TRUE(disk_.list(layout_.staging()).empty());
  EXPECT_EQ(disk_.list(layout_.pool_packs({})).size(), 1U);
}

TEST_F(PackTest, RefusesEveryFlippedBitThatIsRead) {
  const auto good = read_file(disk_, path());
  for (std::size_t bit = kPackHeaderBytes * 8; bit < good.size() * 8; ++bit) {
    const auto file = disk_.open(path(), Filesystem::Open::kReadWrite);
    Bytes byte{good[bit / 8] ^ static_cast<std::byte>(1U << (bit % 8))};
    file->write_at(bit / 8, byte);
    const PackReader reader(disk_, path());
    bool refused = false;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      try {
        const auto contents = reader.contents();
        EXPECT_EQ(as_text(reader.frame(contents.at(i).frame)), texts_[i]) << "bit " << bit;
      } catch (const Error& error) {
        refused = true;
        EXPECT_NE(std::string(error.what()).find(path()), std::string::npos);
      }
    }
    EXPECT_TRUE(refused) << "bit " << bit;
    file->write_at(bit / 8, ByteView(good).subspan(bit / 8, 1));
  }
}

TEST_F(PackTest, RefusesATruncatedFile) {
  const auto good = read_file(disk_, path());
  for (std::size_t size = 0; size < good.size(); size += 7) {
    const auto cut = directory_ / "cut.pack";
    remove_if_there(disk_, cut);
    disk_.open(cut, Filesystem::Open::kCreate)->write_at(0, ByteView(good).first(size));
    EXPECT_THROW((void)PackReader(disk_, cut).contents(), Error);
  }
}

}  // namespace
}  // namespace yestermail::test
