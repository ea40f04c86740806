// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/happening_stream.h"

#include "store/store.h"
#include "tests/support/recording_log.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

/// What makes a happening: when, whose, and whether it was an end.
using Mark = std::tuple<std::int64_t, std::uint64_t, bool>;

Mark mark_of(const View::Happening& happening) {
  return {happening.at.value, happening.version.id.value, happening.ended};
}

class HappeningStreamTest : public StoreCommandTest {
 protected:
  /// Many things at one instant, few at others.
  void SetUp() override {
    make_scanned_store();
    for (int round = 0; round < 4; ++round) {
      bob().put("", "round" + std::to_string(round) + ":2,", sample_mail(100));
      if (round > 1) bob().remove("", "round" + std::to_string(round - 1) + ":2,");
      scan();
    }
  }
  RecordingLog log_;
};

TEST_F(HappeningStreamTest, GivesTheSameWhateverItsPage) {
  const auto view = open_view({real_disk_, clock_, log_}, store_);
  const auto account = view->account_named("bob@example.com", kForever);
  ASSERT_TRUE(account);
  std::vector<Mark> expected;
  for (const auto& each : view->happenings(account->number, Instant{0}, kForever, 100'000)) {
    expected.push_back(mark_of(each));
  }
  ASSERT_GT(expected.size(), 20U);
  for (std::size_t page : {1U, 2U, 3U, 7U, 64U, 1000U}) {
    std::vector<Mark> found;
    HappeningStream stream(*view, account->number, Instant{0}, kForever, page);
    while (const auto* happening = stream.peek()) {
      EXPECT_EQ(stream.peek(), happening) << "looking takes nothing away";
      found.push_back(mark_of(*happening));
      stream.pop();
    }
    EXPECT_EQ(found, expected) << page;
    EXPECT_EQ(stream.peek(), nullptr);
  }
}

TEST_F(HappeningStreamTest, KeepsToItsTimes) {
  const auto view = open_view({real_disk_, clock_, log_}, store_);
  const auto account = view->account_named("bob@example.com", kForever);
  ASSERT_TRUE(account);
  const auto last = view->last_instant();
  HappeningStream before(*view, account->number, Instant{0}, last, 2);
  while (const auto* happening = before.peek()) {
    EXPECT_LT(happening->at, last);
    before.pop();
  }
  HappeningStream after(*view, account->number, last, kForever, 2);
  ASSERT_NE(after.peek(), nullptr);
  EXPECT_EQ(after.peek()->at, last);
}

}  // namespace
}  // namespace yestermail::test
