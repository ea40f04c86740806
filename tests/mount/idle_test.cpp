// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/fd.h"
#include "fs/idle.h"
#include "fs/mount_info.h"
#include "tests/mount/mounted_store.h"
#include "tests/support/maildir_builder.h"
#include "tests/support/people.h"

namespace yestermail::test {
namespace {

using std::chrono::milliseconds;

class IdleTest : public MountTest {
 protected:
  MountOptions options() {
    MountOptions options;
    options.store_path = store_path();
    options.mountpoint = directory_ / "mnt";
    return options;
  }
  void serve(const MountOptions& options) {
    mount_ = std::make_unique<ServedMount>(recorder_->view(), clock_, log_, options);
  }
  [[nodiscard]] bool is_mounted() const { return find_mount(directory_ / "mnt").has_value(); }
};

TEST_F(IdleTest, IsUnmountedWhenNobodyUsesIt) {
  make_account(kAlice, 1);
  auto idle = options();
  idle.idle = std::chrono::seconds(1);
  serve(idle);
  Fd held(::open(at("latest").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_TRUE(held.valid());
  std::this_thread::sleep_for(milliseconds(2500));
  EXPECT_TRUE(is_mounted()) << "a directory is open still";
  held = Fd();
  for (int i = 0; i < 600 && is_mounted(); ++i) std::this_thread::sleep_for(milliseconds(50));
  EXPECT_FALSE(is_mounted());
}

TEST_F(IdleTest, StaysWithoutTheOption) {
  make_account(kAlice, 1);
  serve(options());
  std::this_thread::sleep_for(milliseconds(1500));
  EXPECT_TRUE(is_mounted());
}

TEST(IdleWatchTest, WaitsAnewWhenTheEndWasDeclined) {
  LastUse last_use;
  std::atomic<int> asked = 0;
  const IdleWatch watch(last_use, std::chrono::seconds(1), [&] { ++asked; });
  for (int i = 0; i < 600 && asked < 2; ++i) std::this_thread::sleep_for(milliseconds(50));
  EXPECT_GE(asked, 2);
}

TEST_F(IdleTest, WhoOpensAFileIsWrittenDown) {
  make_account(kAlice, 2);
  std::mutex mutex;
  std::vector<std::string> lines;
  auto audited = options();
  audited.audit = [&](std::string_view line) {
    const std::lock_guard lock(mutex);
    lines.emplace_back(line);
  };
  serve(audited);
  for (int i = 0; i < 2; ++i) {
    const Fd file(::open(at("maildir/latest/" + kAlice + "/cur/1:2,S").c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(file.valid());
    std::string text(6, '\0');
    EXPECT_EQ(::read(file.get(), text.data(), text.size()), 6);
    EXPECT_EQ(text, "mail 1");
  }
  static_cast<void>(std::filesystem::file_size(at("maildir/latest/" + kAlice + "/cur/0:2,S")));
  mount_.reset();
  const std::lock_guard lock(mutex);
  ASSERT_EQ(lines.size(), 2U) << "each opening, though the kernel has the bytes; and no look at a size";
  EXPECT_THAT(lines.front(), testing::StartsWith("read by user " + std::to_string(::geteuid()) + ", process "));
  EXPECT_THAT(lines.front(), testing::HasSubstr("account " + kAlice + ", 1:2,S, item "));
}

}  // namespace
}  // namespace yestermail::test
