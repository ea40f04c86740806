// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <random>

#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

struct Contents : StoreFixture {
  static std::string text_or_none(const std::unique_ptr<BlobReader>& content) {
    return content ? text_of(*content) : "none";
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
  std::vector<std::string> texts;
  for (const auto& content : view.open_contents(account, ids)) texts.push_back(text_or_none(content));
  EXPECT_EQ(texts,
            (std::vector<std::string>{"content of third", "none", "content of first", "none", "content of second"}));
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
  const auto contents = recorder->view().open_contents(account, ids);
  ASSERT_EQ(contents.size(), ids.size());
  EXPECT_EQ(text_or_none(contents.front()), "none");
  EXPECT_EQ(log_.lines(), std::vector<std::string>{});
}

}  // namespace
}  // namespace yestermail::test
