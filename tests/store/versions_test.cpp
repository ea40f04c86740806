// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <memory>
#include <vector>

#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

using Ids = std::vector<VersionId>;

struct Versions : StoreFixture {
  Versions() {
    for (int i = 0; i < 60; ++i) put(*recorder_, account_, recorder_->new_item(account_), std::to_string(i), "mail");
    for (const auto id : view_.list(account_, kRootItem, kForever)) all_.push_back(id);
  }

  /// Every so-manieth of them, beginning with this one.
  Ids every(std::size_t step, std::size_t first = 0) const {
    Ids ids;
    for (auto i = first; i < all_.size(); i += step) ids.push_back(all_[i]);
    return ids;
  }

  void expect_as_one_by_one(const Ids& ids) {
    Ids expected;
    for (const auto id : ids) {
      if (view_.version(account_, id)) expected.push_back(id);
    }
    Ids given;
    for (const auto& version : view_.versions(account_, ids)) {
      given.push_back(version.id);
      EXPECT_EQ(version.state, view_.version(account_, version.id).value().state);
    }
    EXPECT_EQ(given, expected);
  }

  const std::unique_ptr<Recorder> recorder_ = open();
  const AccountNumber account_ = add_account(*recorder_, "alice@example.com");
  View& view_ = recorder_->view();
  Ids all_;
};

TEST_F(Versions, OfManyComeInTheOrderOfTheirIds) {
  ASSERT_EQ(all_.size(), 60U);
  for (const std::size_t step : {1U, 2U, 7U, 8U, 9U, 25U, 100U}) {
    expect_as_one_by_one(every(step));
    expect_as_one_by_one(every(step, 3));
  }
}

TEST_F(Versions, MayBeAskedForInAnyOrderAndTwice) {
  auto ids = every(1);
  std::ranges::reverse(ids);
  expect_as_one_by_one(ids);
  expect_as_one_by_one({all_[4], all_[5], all_[5], all_[2], all_[3], all_[40], all_[1]});
}

TEST_F(Versions, ThatAreNotThereAreLeftOut) {
  const auto last = all_.back().value;
  expect_as_one_by_one({VersionId{0}, all_[0], all_[2], VersionId{last + 1}, VersionId{last + 2}});
  expect_as_one_by_one({VersionId{last - 1}, VersionId{last + 4}, all_[7]});
  expect_as_one_by_one({});
}

}  // namespace
}  // namespace yestermail::test
