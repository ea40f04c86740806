// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <map>
#include <random>

#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

struct Contents : StoreFixture {
  /// By their index in `ids`.
  static std::map<std::size_t, std::string> contents(View& view, AccountNumber account,
                                                     const std::vector<VersionId>& ids) {
    std::map<std::size_t, std::string> texts;
    view.contents(account, ids, [&](std::size_t index, ByteView content) { texts[index] = as_text(content); });
    return texts;
  }
};

TEST_F(Contents, OfManyVersionsComeInTheirOrder) {
  auto recorder = open();
  const auto account = add_account(*recorder, "alice@example.com");
  const auto put_one = [&](const std::string& name) {
    put(*recorder, account, recorder->new_item(account), name, "content of " + name);
    return recorder->view().lookup(account, kRootItem, name, kForever).value().id;
  };
  const auto first = put_one("first");
  const auto second = put_one("second");
  const auto third = put_one("third");
  auto& view = recorder->view();
  const auto root = view.item_at(account, kRootItem, kForever).value().id;
  const std::vector<VersionId> ids{third, VersionId{999}, first, root, second};
  EXPECT_EQ(
      contents(view, account, ids),
      (std::map<std::size_t, std::string>{{0, "content of third"}, {2, "content of first"}, {4, "content of second"}}));
}

TEST_F(Contents, ThatAreLargeAreLeftOut) {
  auto recorder = open();
  const auto account = add_account(*recorder, "alice@example.com");
  std::vector<VersionId> ids;
  for (const auto size : {View::kMostContentBytes, View::kMostContentBytes + 1}) {
    const auto name = std::to_string(size);
    put(*recorder, account, recorder->new_item(account), name, std::string(size, 'x'));
    ids.push_back(recorder->view().lookup(account, kRootItem, name, kForever).value().id);
  }
  const auto texts = contents(recorder->view(), account, ids);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_EQ(texts.at(0), std::string(View::kMostContentBytes, 'x'));
}

TEST_F(Contents, ThatCannotBeHadAreLeftOutWithoutAWord) {
  constexpr int kMails = 100;
  constexpr std::size_t kBytes = 30'000;  // All of them fill a segment of the journal, and more: then it is packed.
  std::mt19937_64 random(8);
  auto recorder = open();
  const auto account = add_account(*recorder, "alice@example.com");
  std::vector<VersionId> ids;
  for (int i = 0; i < kMails; ++i) {
    const auto name = std::to_string(i);
    std::string content;
    while (content.size() < kBytes) content += static_cast<char>(random());
    put(*recorder, account, recorder->new_item(account), name, content);
    ids.push_back(recorder->view().lookup(account, kRootItem, name, kForever).value().id);
  }
  recorder->pack_now();
  int packs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path())) {
    if (entry.path().extension() != ".pack") continue;
    std::filesystem::resize_file(entry.path(), 10);
    ++packs;
  }
  ASSERT_GT(packs, 0);
  EXPECT_EQ(contents(recorder->view(), account, ids).count(0), 0U);
  EXPECT_EQ(log_.lines(), std::vector<std::string>{});
}

}  // namespace
}  // namespace yestermail::test
