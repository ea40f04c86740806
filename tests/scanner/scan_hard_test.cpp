// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/maildir_name.h"
#include "tests/scanner/scan_world.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/tree_compare.h"

namespace yestermail {
namespace {

using namespace test;
namespace fs = std::filesystem;

/// Runs `body` in a process of its own; its exit status.
template <class Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 98;
    try {
      status = body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(testing::Test::HasFailure() ? 97 : status);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(ScanHard, ALargeMessageNeedsLittleMemory) {
  ScanWorld world;
  world.recorder.reset();
  constexpr std::uint64_t kSize = 200U << 20U;
  {
    std::string piece = "Subject: large\n\n";
    FILE* file = std::fopen((world.alice() + "/cur/1.a.host:2,S").c_str(), "w");
    std::uint64_t random = 7;
    for (std::uint64_t written = 0; written < kSize;) {
      written += std::fwrite(piece.data(), 1, piece.size(), file);
      piece.resize(1U << 16U);
      for (auto& c : piece)
        c = static_cast<char>((random = random * 6364136223846793005U + 1442695040888963407U) >> 56U);
    }
    std::fclose(file);
  }
  EXPECT_EQ(in_child([&] {
              world.reopen();
              EXPECT_EQ(world.scan().items_arrived, 1U);
              EXPECT_GE(world.at("cur/1.a.host:2,S")->state.size, kSize);
              world.recorder.reset();
              rusage usage{};
              ::getrusage(RUSAGE_SELF, &usage);
              EXPECT_TRUE(kSanitized || usage.ru_maxrss < 256 << 10) << usage.ru_maxrss << " KiB";
              return 0;
            }),
            0);
  world.reopen();
  EXPECT_EQ(world.at("cur/1.a.host:2,S")->state.subject, "large");
}

/// What is there all the time, under changing names, is never recorded as gone, nor twice.
TEST(ScanHard, ABusyFolderLosesNothing) {
  ScanWorld world;
  std::set<std::string> bases;
  for (int i = 0; i < 400; ++i) {
    const auto base = std::to_string(1000 + i) + ".x.host";
    world.box().put("", base + ":2,", "mail " + base + "\n");
    bases.insert(base);
  }
  world.scan_exactly();
  std::atomic<bool> stop = false;
  std::jthread busy([&] {
    const auto cur = world.alice() + "/cur/";
    while (!stop) {
      for (const auto& base : bases) {
        for (const auto* step : {":2,|:2,S", ":2,S|:2,FS", ":2,FS|:2,"}) {
          const std::string names(step);
          const auto bar = names.find('|');
          fs::rename(cur + base + names.substr(0, bar), cur + base + names.substr(bar + 1));
        }
      }
    }
  });
  for (int round = 0; round < 6; ++round) {
    const auto report = world.scan();
    EXPECT_EQ(report.items_deleted, 0U);
    EXPECT_EQ(report.items_arrived, 0U);
    std::multiset<std::string> recorded;
    for (const auto& message :
         world.view().list_kind(world.account(), world.item("cur"), kForever, EntryKind::kMessage)) {
      recorded.emplace(maildir_base(message.state.name));
    }
    EXPECT_EQ(recorded, std::multiset<std::string>(bases.begin(), bases.end()));
  }
  stop = true;
  busy.join();
  world.scan_exactly();
}

/// Messages that go from folder to folder and back are always in one of them.
TEST(ScanHard, MessagesOnTheMoveAreNeverGone) {
  ScanWorld world;
  world.box().make_folder(".Other");
  for (int i = 0; i < 200; ++i) {
    world.box().put("", std::to_string(1000 + i) + ".x.host:2,S", "mail " + std::to_string(i) + "\n");
  }
  world.scan_exactly();
  std::atomic<bool> stop = false;
  std::jthread busy([&] {
    const std::string places[] = {world.alice() + "/cur/", world.alice() + "/.Other/cur/"};
    for (int from = 0; !stop; from = 1 - from) {
      for (int i = 0; i < 200 && !stop; ++i) {
        const auto name = std::to_string(1000 + i) + ".x.host:2,S";
        fs::create_hard_link(places[from] + name, places[1 - from] + name);
        fs::remove(places[from] + name);
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    }
  });
  for (int round = 0; round < 12; ++round) {
    (void)world.scan();
    std::set<std::string> names;
    for (const auto* folder : {"cur", ".Other/cur"}) {
      for (const auto& message :
           world.view().list_kind(world.account(), world.item(folder), kForever, EntryKind::kMessage)) {
        names.insert(message.state.name);
      }
    }
    EXPECT_EQ(names.size(), 200U) << "each was in one of the two folders all the time";
  }
  stop = true;
  busy.join();
  world.scan_exactly();
}

TEST(ScanHard, AFileThatShrinksOrVanishesWhileItIsRead) {
  ScanWorld world;
  for (int i = 0; i < 300; ++i) {
    world.box().put("", std::to_string(1000 + i) + ".x.host:2,", std::string(20'000, 'x'));
  }
  std::jthread busy([&] {
    for (int i = 0; i < 300; ++i) {
      const auto path = world.alice() + "/cur/" + std::to_string(1000 + i) + ".x.host:2,";
      if (i % 2 == 0)
        fs::remove(path);
      else
        fs::resize_file(path, 10'000);
    }
  });
  const auto report = world.scan();
  EXPECT_EQ(report.items_deleted, 0U);
  busy.join();
  ScanOptions full;
  full.full = true;
  world.scan_exactly(full);
}

TEST(ScanHard, AKilledScanIsFinishedByTheNext) {
  ScanWorld world;
  build_small_server(world.mail());
  for (int i = 0; i < 200; ++i) {
    world.box().put("", std::to_string(i) + ".x.host:2,S", sample_mail(static_cast<std::uint64_t>(i), 30'000));
  }
  world.recorder.reset();
  for (int round = 0; round < 12; ++round) {
    const auto status = in_child([&] {
      std::jthread([round] {
        std::this_thread::sleep_for(std::chrono::milliseconds(1 + round * 9));
        ::kill(::getpid(), SIGKILL);
      }).detach();
      world.reopen();
      world.scan();
      return 0;
    });
    EXPECT_TRUE(status == 128 + SIGKILL || status == 0) << status;
    change_small_server(world.mail(), static_cast<std::uint64_t>(1 + round));
  }
  world.reopen();
  world.scan_exactly();
}

/// A disk with only so much room for packs and journal.
class SmallDisk final : public Filesystem {
 public:
  explicit SmallDisk(std::uint64_t room) : room_(room) {}
  std::unique_ptr<File> open(const std::string& path, Open how) override {
    return std::make_unique<SmallFile>(disk_.open(path, how), room_);
  }
  void rename(const std::string& from, const std::string& to) override { disk_.rename(from, to); }
  void remove(const std::string& path) override { disk_.remove(path); }
  void make_directory(const std::string& path) override { disk_.make_directory(path); }
  void sync_directory(const std::string& path) override { disk_.sync_directory(path); }
  std::vector<std::string> list(const std::string& path) override { return disk_.list(path); }
  bool exists(const std::string& path) override { return disk_.exists(path); }
  std::unique_ptr<FileLock> try_lock(const std::string& path) override { return disk_.try_lock(path); }

 private:
  class SmallFile final : public File {
   public:
    SmallFile(std::unique_ptr<File> file, std::atomic<std::uint64_t>& room) : file_(std::move(file)), room_(room) {}
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
      return file_->read_at(offset, into);
    }
    void write_at(std::uint64_t offset, ByteView bytes) override {
      if (room_ < bytes.size()) throw Error(Errc::kNoSpace, "no room left");
      room_ -= bytes.size();
      file_->write_at(offset, bytes);
    }
    void sync() override { file_->sync(); }
    std::uint64_t size() const override { return file_->size(); }

   private:
    std::unique_ptr<File> file_;
    std::atomic<std::uint64_t>& room_;
  };

  PosixFilesystem disk_;
  std::atomic<std::uint64_t> room_;
};

TEST(ScanHard, AFullDiskEndsTheScanAndTheNextOneGoesOn) {
  ScanWorld world;
  std::mt19937 random(7);
  for (int i = 0; i < 100; ++i) {
    std::string mail(100'000, ' ');
    for (auto& c : mail) c = static_cast<char>(random());
    world.box().put("", std::to_string(i) + ".x.host:2,S", mail);
  }
  world.recorder.reset();
  SmallDisk disk(3U << 20U);
  try {
    const auto recorder = open_recorder({disk, world.clock, world.log}, world.store_path);
    (void)scan(*recorder, world.log, world.sources, {});
    FAIL() << "the disk was not small enough";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kNoSpace) << error.what();
  }
  world.reopen();
  world.scan_exactly();
}

}  // namespace
}  // namespace yestermail
