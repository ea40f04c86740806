// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "store/index_lock.h"
#include "tests/search/search_fixture.h"
#include "tests/support/store_script.h"

namespace yestermail::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

using SearchIndexTest = SearchTest;

unsigned mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777U;
}

TEST_F(SearchIndexTest, ReadsWhatIsNewAndNothingTwice) {
  add("one", "\n\nword one");
  EXPECT_THAT(names_of("word"), ElementsAre("one"));
  EXPECT_EQ(read_, 1U);
  add("two", "\n\nword two");
  EXPECT_THAT(names_of("word"), ElementsAre("one", "two"));
  EXPECT_EQ(read_, 1U);
  add("copy", "\n\nword two");
  EXPECT_THAT(names_of("word"), ElementsAre("copy", "one", "two"));
  EXPECT_EQ(read_, 0U);
  read_ = 99;
  find("word");
  EXPECT_EQ(read_, 99U);  // Nothing new: not even asked.
}

TEST_F(SearchIndexTest, TakesInMoreThanOneStepAtOneInstant) {
  constexpr int kMany = 4100;
  StoreStep step{StoreStep::Kind::kBulk};
  for (int i = 0; i < kMany; ++i) {
    const auto name = std::to_string(i);
    step.edits.push_back(put_mail("alice@example.com", name, "Subject: s\n\nnumber" + name + " all"));
  }
  perform(*recorder_, step);
  EXPECT_THAT(find("all", std::nullopt, 5000).messages, SizeIs(kMany));
  EXPECT_EQ(read_, kMany);
  EXPECT_THAT(names_of("number0"), ElementsAre("0"));
  EXPECT_THAT(names_of("number4099"), ElementsAre("4099"));
}

TEST_F(SearchIndexTest, IsForItsOwnerAlone) {
  add("one", "\n\nword");
  find("word");
  EXPECT_EQ(mode_of(path() + "/search"), 0700U);
  for (const auto& entry : fs::directory_iterator(path() + "/search")) EXPECT_EQ(mode_of(entry.path()), 0600U);
  EXPECT_THAT(disk_.list(path() + "/search"), ElementsAre(account().uuid.hex() + ".db", "lock"));
}

TEST_F(SearchIndexTest, IsMadeAnewWhereItIsDamaged) {
  for (int i = 0; i < 60; ++i) add("m" + std::to_string(i), "\n\nword " + noise(400, static_cast<std::uint32_t>(i)));
  ASSERT_THAT(names_of("word"), SizeIs(60));
  const auto path = index_path();
  const auto size = fs::file_size(path);
  ASSERT_GT(size, 40'000U);
  constexpr std::uintmax_t kPage = 4096;
  for (std::uintmax_t at = 100; at < size; at += kPage * 3) {
    {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(at));
      file.write("damaged!", 8);
    }
    EXPECT_THAT(names_of("word"), SizeIs(60)) << at;
    EXPECT_THAT(names_of("-nothing"), SizeIs(60)) << at;
  }
  EXPECT_TRUE(log_.mentions("is damaged"));
  fs::resize_file(path, size / 2);
  EXPECT_THAT(names_of("word"), SizeIs(60));
  std::ofstream(path, std::ios::trunc) << "no database at all";
  EXPECT_THAT(names_of("word"), SizeIs(60));
  fs::remove(path);
  EXPECT_THAT(names_of("word"), SizeIs(60));
}

TEST_F(SearchIndexTest, IsNotTakenForThatOfAnotherAccount) {
  add("mine", "\n\nword");
  find("word");
  const auto other = add_account(*recorder_, "bob@example.com");
  fs::copy_file(index_path(), path() + "/search/" + view().account(other)->uuid.hex() + ".db");
  account_ = other;
  EXPECT_THAT(names_of("word"), IsEmpty());
  add("theirs", "\n\nword");
  EXPECT_THAT(names_of("word"), ElementsAre("theirs"));
}

TEST_F(SearchIndexTest, IsMadeAnewForAStoreThatWasSetBack) {
  add("first", "\n\nword first");
  recorder_.reset();
  const auto kept = directory_ / "kept";
  fs::copy(path(), kept, fs::copy_options::recursive);
  recorder_ = open();
  add("lost", "\n\nword lost");
  add("lost too", "\n\nword lost too");
  ASSERT_THAT(names_of("word"), SizeIs(3));
  recorder_.reset();
  fs::copy(path() + "/search", kept + "/search", fs::copy_options::recursive);
  fs::remove_all(path());
  fs::rename(kept, path());
  recorder_ = open();
  add("other", "\n\nword other");
  EXPECT_THAT(names_of("word"), ElementsAre("first", "other"));
  EXPECT_TRUE(log_.mentions("another past"));
}

TEST_F(SearchIndexTest, GoesWithWhatIsPurged) {
  add("one", "\n\nword");
  add("two", "\n\nsecret");
  find("word");
  ASSERT_TRUE(disk_.exists(index_path()));
  std::ofstream(index_path() + "-journal") << "left by a crash";
  const auto two = view().lookup(account().number, kRootItem, "two", kForever);
  ASSERT_TRUE(two);
  const std::vector<PurgeRequest> requests{{account().number, false, {two->id}}};
  recorder_->purge(requests);
  EXPECT_THAT(disk_.list(path() + "/search"), ElementsAre("lock"));
  EXPECT_THAT(names_of("secret"), IsEmpty());
  EXPECT_THAT(names_of("word"), ElementsAre("one"));
}

TEST_F(SearchIndexTest, KnowsSenderAndSubjectOfWhatCannotBeRead) {
  StoreStep step{StoreStep::Kind::kBulk};
  for (int i = 0; i < 40; ++i) {
    step.edits.push_back(put_mail("alice@example.com", "m" + std::to_string(i),
                                  "From: bob@example.com\nSubject: subject" + std::to_string(i) + "\n\nbody " +
                                      noise(3000, static_cast<std::uint32_t>(i))));
  }
  perform(*recorder_, step);
  recorder_.reset();
  for (const auto& entry : fs::recursive_directory_iterator(path())) {
    if (entry.path().extension() != ".pack") continue;
    std::fstream pack(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    pack.seekp(static_cast<std::streamoff>(entry.file_size() / 3));
    pack.write("damaged!", 8);
  }
  recorder_ = open();
  EXPECT_LT(names_of("body").size(), 40U);
  EXPECT_THAT(find("-nothing").messages, SizeIs(40));
  EXPECT_TRUE(log_.mentions("could not be read: only their senders and subjects"));
}

TEST_F(SearchIndexTest, FoundWordsAreNotInTheLog) {
  add("one", "\n\nsecretword");
  find("secretword");
  EXPECT_FALSE(log_.mentions("secretword"));
}

/// Says whether an index was ever made or removed by one who had not the lock.
class WatchedDisk final : public Filesystem {
 public:
  explicit WatchedDisk(Filesystem& disk) : disk_(disk) {}
  std::unique_ptr<File> open(const std::string& path, Open how) override {
    if (path.ends_with(".db")) note();
    return disk_.open(path, how);
  }
  void rename(const std::string& from, const std::string& to) override { disk_.rename(from, to); }
  void remove(const std::string& path) override {
    if (path.find(".db") != std::string::npos) note();
    disk_.remove(path);
  }
  void make_directory(const std::string& path) override { disk_.make_directory(path); }
  void sync_directory(const std::string& path) override { disk_.sync_directory(path); }
  std::vector<std::string> list(const std::string& path) override { return disk_.list(path); }
  bool exists(const std::string& path) override { return disk_.exists(path); }
  std::unique_ptr<FileLock> try_lock(const std::string& path) override { return disk_.try_lock(path); }

  std::atomic<int> writes = 0;
  std::atomic<int> without_lock = 0;
  std::string lock_path;

 private:
  void note() {
    ++writes;
    if (disk_.try_lock(lock_path)) ++without_lock;
  }
  Filesystem& disk_;
};

TEST_F(SearchIndexTest, IsWrittenByOneAtATime) {
  for (int i = 0; i < 30; ++i) add("m" + std::to_string(i), "\n\nword " + std::to_string(i));
  WatchedDisk disk(disk_);
  disk.lock_path = path() + "/search/lock";
  const auto query = parse_query("word", clock_.now());
  const auto who = account();
  std::atomic<int> right = 0;
  for (int round = 0; round < 5; ++round) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        SearchIndex index({disk, view(), log_, 2}, SearchIndex::directory_of(path()));
        const auto found = index.find(
            who, query, std::nullopt, 100, [](ItemId, Instant) { return ""; }, [](auto) {});
        if (found.messages.size() == 30) ++right;
      });
    }
    for (auto& thread : threads) thread.join();
    const auto lock = wait_for_index_lock(disk_, path() + "/search");
    disk.remove(index_path());
  }
  EXPECT_EQ(right, 20);
  EXPECT_GE(disk.writes, 10);
  EXPECT_EQ(disk.without_lock, 0);
}

}  // namespace
}  // namespace yestermail::test
