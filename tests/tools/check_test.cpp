// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class CheckCommandTest : public StoreCommandTest {
 protected:
  CheckCommandTest() { make_scanned_store(); }

  std::vector<std::string> files(const std::string& ending) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(store_)) {
      const auto path = entry.path().string();
      if (entry.is_regular_file() && path.ends_with(ending) && path.find("/server/") == std::string::npos) {
        found.push_back(path);
      }
    }
    return found;
  }

  static void flip(const std::string& path, std::uint64_t offset) {
    std::fstream stream(path, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekg(static_cast<std::streamoff>(offset));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(offset));
    stream.put(static_cast<char>(byte ^ 1));
  }

  /// In the first frame of every pack: all but one of many frames are lost in so small a store.
  void damage_packs() const {
    for (const auto& pack : files(".pack")) flip(pack, 200);
  }
};

TEST_F(CheckCommandTest, SaysThatNothingIsDamagedAndRemembersIt) {
  const auto before = run({"status", "--json"}).json();
  EXPECT_TRUE(before.at("last_check").is_null());
  const auto ran = run({"check"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, HasSubstr("checked 4 accounts"));
  EXPECT_THAT(ran.out, HasSubstr("nothing is damaged"));
  const auto after = run({"status", "--json"}).json();
  EXPECT_EQ(after.at("last_check").at("level"), 4);
  EXPECT_EQ(after.at("last_check").at("damaged"), false);
  EXPECT_THAT(run({"status"}).out, HasSubstr("down to items: nothing damaged"));
}

TEST_F(CheckCommandTest, NamesDamagedFilesAndItems) {
  damage_packs();
  const auto ran = run({"check"});
  EXPECT_EQ(ran.status, 3);
  EXPECT_THAT(ran.out, HasSubstr("damaged  accounts/"));
  EXPECT_THAT(ran.out, HasSubstr("item     alice@example.com/"));
  EXPECT_THAT(ran.out, HasSubstr("cannot be read: "));
  EXPECT_THAT(ran.out, HasSubstr("check --repair"));
  for (const char c : ran.out) {
    const auto byte = static_cast<unsigned char>(c);
    EXPECT_TRUE(c == '\n' || (byte >= ' ' && byte != 0x7f)) << "a raw byte of a name";
  }
  const auto json = run({"check", "--json", "--level", "3"}).json();
  EXPECT_EQ(json.at("damaged"), true);
  EXPECT_GT(json.at("items").size(), 3U);
  EXPECT_EQ(json.at("items_total"), json.at("items").size());
  EXPECT_EQ(json.at("items").at(0).at("versions").at(0).at("digest").get<std::string>().size(), 64U);
  // What list shows of such an item is what check names.
  const auto& item = json.at("items").at(0);
  const auto cat = run({"cat", item.at("account").get<std::string>() + "/" + item.at("item").get<std::string>()});
  EXPECT_EQ(cat.status, 3) << cat.err;
}

TEST_F(CheckCommandTest, HealsFromTheLiveMail) {
  damage_packs();
  const auto ran = run({"check", "--repair"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("healed "));
  EXPECT_THAT(ran.out, HasSubstr(", 0 cannot"));
  EXPECT_FALSE(fs::is_empty(store_ + "/quarantine"));
  EXPECT_EQ(run({"check"}).status, 0);
  EXPECT_THAT(run({"scan"}).out, HasSubstr("nothing changed"));
}

TEST_F(CheckCommandTest, HealsFromACopyOfTheStore) {
  const auto copy = directory_ / "copy";
  fs::copy(store_, copy, fs::copy_options::recursive);
  damage_packs();
  fs::remove_all(mail_);
  EXPECT_EQ(run({"check", "--repair", "--dry-run", "--from", copy}).status, 3);
  EXPECT_FALSE(fs::exists(store_ + "/quarantine"));
  const auto ran = run({"check", "--repair", "--from", copy, "--json"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_EQ(ran.json().at("damaged"), true);
  EXPECT_EQ(ran.json().at("after").at("damaged"), false);
}

TEST_F(CheckCommandTest, SaysWhatItCannotHeal) {
  damage_packs();
  fs::remove_all(mail_);
  const auto ran = run({"check", "--repair"});
  EXPECT_EQ(ran.status, 3);
  EXPECT_THAT(ran.out, HasSubstr("cannot be read"));
  EXPECT_THAT(ran.out, Not(HasSubstr(", 0 cannot")));
}

TEST_F(CheckCommandTest, LooksAtSomeAccountsOnly) {
  EXPECT_THAT(run({"check", "--accounts", "alice@*"}).out, HasSubstr("checked 1 account,"));
  const auto none = run({"check", "--accounts", "nobody"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("no account matches"));
  EXPECT_THAT(run({"check", "--budget", "1h"}).out, HasSubstr("nothing is damaged"));
  EXPECT_THAT(run({"check", "--changed"}).out, HasSubstr("checked 0 accounts"));
}

TEST_F(CheckCommandTest, RefusesWhatMakesNoSense) {
  expect_usage_error(run({"check", "--level", "5"}), "--level", "yestermail check --help");
  expect_usage_error(run({"check", "--budget", "soon"}), "10min", "yestermail check --help");
  expect_usage_error(run({"check", "--from", store_}), "--repair", "yestermail check --help");
  expect_usage_error(run({"check", "--repair", "--from", store_}), "the very store", "yestermail check --help");
}

TEST_F(CheckCommandTest, RebuildsDatabasesButNotFromADamagedJournal) {
  const auto tables = files(".db").size() + 1;  // And the server's.
  const auto ran = run({"rebuild", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_EQ(ran.json().at("made").size(), tables);
  EXPECT_EQ(run({"check"}).status, 0);
  EXPECT_EQ(run({"rebuild", "--accounts", "bob@*", "--json"}).json().at("made").size(), 1U);
  flip(files(".journal").front(), 4096 + 60);  // In the first batch.
  const auto refused = run({"rebuild"});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.out, HasSubstr("left as it is"));
}

}  // namespace
}  // namespace yestermail::test
