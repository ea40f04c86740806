// SPDX-License-Identifier: GPL-3.0-or-later
#include <malloc.h>

#include <random>

#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

/// Bytes that are in use. (A sanitizer's allocator counts none: there this shows nothing.)
std::size_t used_bytes() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::string random_text(std::mt19937& random, std::size_t size) {
  std::string text;
  while (text.size() < size) text += static_cast<char>('a' + random() % 26);
  return text;
}

using ReaderMemory = StoreFixture;

// A mount keeps hundreds of them, each of another mail, whose frames may all be different ones.
TEST_F(ReaderMemory, OfASmallMailIsNotThatOfItsFrame) {
  constexpr int kFrames = 60;
  constexpr std::size_t kMails = 100;
  constexpr std::size_t kMailBytes = 3000;
  std::mt19937 random(5);
  std::vector<Digest> first_of_frame;
  auto recorder = open();
  const auto account = add_account(*recorder, "alice@example.com");
  for (int frame = 0; frame < kFrames; ++frame) {
    std::vector<Change> changes;
    std::vector<Bytes> blobs;
    for (std::size_t i = 0; i < kMails; ++i) {
      const auto content = random_text(random, kMailBytes);
      changes.emplace_back(Put{recorder->new_item(account),
                               Cause::kArrived,
                               file(std::to_string(frame) + "." + std::to_string(i), content),
                               {}});
      blobs.push_back(to_bytes(content));
      if (i == 0) first_of_frame.push_back(Digest::of(as_bytes(content)));
    }
    recorder->record(account, changes, blobs);
    recorder->pack_now();
  }
  auto& view = recorder->view();
  std::vector<std::unique_ptr<BlobReader>> readers;
  readers.push_back(view.open_blob(account, first_of_frame.front()));  // What is opened once is not counted.
  const auto before = used_bytes();
  for (const auto& digest : first_of_frame) readers.push_back(view.open_blob(account, digest));
  const auto after = used_bytes();
  constexpr std::size_t kFrameCache = 7U << 20U;
  EXPECT_LT(after - std::min(before, after), kFrameCache + kFrames * 2 * kMailBytes)
      << kFrames * kMails * kMailBytes << " bytes stand in the frames";
}

}  // namespace
}  // namespace yestermail::test
