// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <random>
#include <thread>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "scanner/watch.h"
#include "store/store.h"
#include "tests/scanner/scan_world.h"
#include "tests/support/paths.h"
#include "tests/support/test_clock.h"
#include "tests/system/daemon.h"

namespace yestermail {
namespace {

using namespace test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// A file system of a few MiB of its own, for as long as it lives.
class SmallDisk {
 public:
  SmallDisk(std::string path, const char* size) : path_(std::move(path)) {
    fs::create_directories(path_);
    mounted_ = ::mount("yestermail-test", path_.c_str(), "tmpfs", 0, (std::string("size=") + size).c_str()) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() { unmount(); }
  void unmount() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    mounted_ = false;
  }
  [[nodiscard]] bool is_mounted() const { return mounted_; }

 private:
  const std::string path_;
  bool mounted_ = false;
};

bool comes_true(const std::function<bool()>& what, std::chrono::seconds most = 40s) {
  for (const auto end = std::chrono::steady_clock::now() + most; std::chrono::steady_clock::now() < end;) {
    if (what()) return true;
    std::this_thread::sleep_for(50ms);
  }
  return what();
}

struct WatchTrouble : testing::Test {
  void init(const std::string& store) {
    const MaildirBuilder made(box);
    create_store({disk, clock, log}, store, {{"maildir:" + mail + "/%d/%n/Maildir"}, {}, {}});
  }
  std::unique_ptr<View> view(const std::string& store) { return open_view({disk, clock, log}, store); }
  bool has(const std::string& store, const std::string& path) {
    const auto past = view(store);
    const auto account = past->account_named("alice@example.com", kForever);
    if (!account) return false;
    auto item = kRootItem;
    std::optional<Version> version;
    for (std::size_t at = 0; at < path.size();) {
      const auto end = std::min(path.find('/', at), path.size());
      version = past->lookup(account->number, item, path.substr(at, end - at), kForever);
      if (!version) return false;
      item = version->item;
      at = end + 1;
    }
    return version.has_value();
  }
  bool has_gap(const std::string& store, GapReason reason) {
    for (const auto& gap : view(store)->gaps(kServerAccount, Instant{0}, kForever)) {
      if (gap.reason == reason) return true;
    }
    return false;
  }

  TempDirectory directory;
  const std::string mail = directory / "mail";
  const std::string box = mail + "/example.com/alice/Maildir";
  PosixFilesystem disk;
  SystemClock clock;
  RecordingLog log;
};

TEST_F(WatchTrouble, AFullStoreIsTriedAgainUntilThereIsRoom) {
  SmallDisk small(directory / "small", "64m");
  if (!small.is_mounted()) GTEST_SKIP() << "a small file system can be made by root only";
  const auto store = directory / "small/store";
  init(store);
  Daemon daemon(store);
  daemon.start();
  MaildirBuilder(box).deliver("", "100.before", sample_mail(1));
  ASSERT_TRUE(comes_true([&] { return has(store, "new/100.before"); }));

  std::ofstream ballast(directory / "small/ballast");
  const std::string block(1U << 20U, 'x');
  while (ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
  ballast.close();
  // What cannot be compressed: the journal's free room is used up some time.
  std::mt19937_64 random(1);
  for (int i = 0; i < 40; ++i) {
    std::string noise;
    for (int k = 0; k < 100'000; ++k) noise += static_cast<char>('!' + random() % 90);
    MaildirBuilder(box).deliver("", std::to_string(200 + i) + ".full", "From: a\n\n" + noise);
  }
  ASSERT_TRUE(comes_true([&] { return daemon.err().find("the store takes nothing") != std::string::npos; }));
  ASSERT_TRUE(daemon.is_running());

  fs::remove(directory / "small/ballast");
  ASSERT_TRUE(comes_true([&] { return has(store, "new/239.full"); })) << daemon.err();
  for (int i = 0; i < 40; ++i) {
    EXPECT_TRUE(comes_true([&] { return has(store, "new/" + std::to_string(200 + i) + ".full"); })) << i;
  }
  EXPECT_TRUE(comes_true([&] { return has_gap(store, GapReason::kStoreRefused); }));
  EXPECT_EQ(daemon.stop(), 0);
}

TEST_F(WatchTrouble, ASourceThatIsUnmountedAndComesBack) {
  SmallDisk small(mail, "16m");
  if (!small.is_mounted()) GTEST_SKIP() << "a file system can be mounted by root only";
  const auto store = directory / "store";
  init(store);
  Daemon daemon(store);
  MaildirBuilder(box).deliver("", "100.a", sample_mail(1));
  daemon.start();
  ASSERT_TRUE(comes_true([&] { return has(store, "new/100.a"); }));
  small.unmount();
  ASSERT_TRUE(comes_true([&] { return daemon.err().find("not watched") != std::string::npos; }));
  std::this_thread::sleep_for(1s);
  EXPECT_TRUE(has(store, "new/100.a")) << "a source that is gone is no deletion";

  SmallDisk again(mail, "16m");
  MaildirBuilder(box).deliver("", "200.b", sample_mail(2));
  ASSERT_TRUE(comes_true([&] { return has(store, "new/200.b"); })) << daemon.err();
  EXPECT_TRUE(comes_true([&] { return has_gap(store, GapReason::kSourceGone); }));
  EXPECT_EQ(daemon.stop(), 0);
}

TEST_F(WatchTrouble, ADaemonThatIsToldToReadItsSettingsTakesAnotherSource) {
  const auto store = directory / "store";
  init(store);
  Daemon daemon(store);
  daemon.start();
  MaildirBuilder(directory / "more/bob").deliver("", "100.a", sample_mail(1));
  std::ofstream(store + "/yestermail.conf", std::ios::app) << "source = maildir:" << (directory / "more") << "/%u\n";
  daemon.send(SIGHUP);
  ASSERT_TRUE(comes_true([&] { return view(store)->account_named("bob", kForever).has_value(); })) << daemon.err();
  EXPECT_EQ(daemon.stop(), 0);
}

TEST_F(WatchTrouble, TwoDaemonsDoNotWriteToOneStore) {
  const auto store = directory / "store";
  init(store);
  Daemon first(store);
  first.start();
  const auto second = run({program_path(), "watch", "--store", store});
  EXPECT_EQ(second.status, 4);
  EXPECT_NE(second.err.find("process " + std::to_string(first.pid())), std::string::npos) << second.err;
  EXPECT_EQ(first.stop(), 0);
}

TEST_F(WatchTrouble, AMoveAcrossAnHourThatTheClockWasSetBackKeepsItsOrder) {
  const auto store = directory / "store";
  TestClock back;
  MaildirBuilder(box).deliver("", "100.a", sample_mail(1));
  create_store({disk, back, log}, store, {{"maildir:" + mail + "/%d/%n/Maildir"}, {}, {}});
  Watch watch(
      [&] {
        return open_recorder({disk, back, log}, store);
      },
      back, log, {"maildir:" + mail + "/%d/%n/Maildir"}, {});
  std::promise<void> ready;
  std::jthread thread([&](const std::stop_token& stop) { watch.run(stop, [&] { ready.set_value(); }); });
  ready.get_future().wait();
  ASSERT_TRUE(comes_true([&] { return has(store, "new/100.a"); }));
  back.advance_seconds(-3600);
  fs::rename(box + "/new/100.a", box + "/cur/100.a:2,S");
  ASSERT_TRUE(comes_true([&] { return has(store, "cur/100.a:2,S"); }));
  thread.request_stop();
  thread.join();
  const auto past = view(store);
  const auto account = past->account_named("alice@example.com", kForever)->number;
  const auto cur = past->lookup(account, kRootItem, "cur", kForever)->item;
  const auto life = past->history(account, past->lookup(account, cur, "100.a:2,S", kForever)->item);
  ASSERT_EQ(life.size(), 2U);
  EXPECT_LT(life[0].since, life[1].since);
  EXPECT_EQ(life[0].until, life[1].since);
}

}  // namespace
}  // namespace yestermail
