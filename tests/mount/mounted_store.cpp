// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/mount/mounted_store.h"

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>

#include "tests/support/process.h"

namespace yestermail::test {

std::optional<std::string> why_no_mounts() {
  if (::access("/dev/fuse", R_OK | W_OK) != 0) return "/dev/fuse is missing or not for this user";
  if (::geteuid() != 0 && run({"sh", "-c", "command -v fusermount3"}).status != 0) return "there is no fusermount3";
  return std::nullopt;
}

void unmount(const std::string& path) {
  if (::umount2(path.c_str(), MNT_DETACH) == 0 || ::geteuid() == 0) return;
  run({"fusermount3", "-uz", "--", path});
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct stat status_of(const std::string& path) {
  struct stat result {};
  EXPECT_EQ(::lstat(path.c_str(), &result), 0) << path;
  return result;
}

ServedMount::ServedMount(View& view, const Clock& clock, Log& log, MountOptions options)
    : options_(std::move(options)) {
  std::promise<void> ready;
  auto is_ready = ready.get_future();
  thread_ = std::thread([&view, &clock, &log, this, promise = std::move(ready)]() mutable {
    bool told = false;
    try {
      serve_mount(view, clock, log, options_, [&] {
        told = true;
        promise.set_value();
      });
    } catch (...) {
      if (!told) promise.set_exception(std::current_exception());
    }
  });
  try {
    is_ready.get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

ServedMount::~ServedMount() {
  unmount(options_.mountpoint);
  thread_.join();
}

MountTest::MountTest() {
  create_store(world(), store_path(), {});
  recorder_ = open_recorder(world(), store_path());
  std::filesystem::create_directory(directory_ / "mnt");
}

void MountTest::SetUp() {
  if (const auto why = why_no_mounts()) GTEST_SKIP() << *why;
}

Instant MountTest::record(const StoreStep& step) {
  clock_.advance_seconds(3600);
  perform(*recorder_, step);
  return recorder_->view().last_instant();
}

Instant MountTest::record(const std::string& account, std::vector<Edit> edits) {
  return record({StoreStep::Kind::kRecord, account, std::move(edits)});
}

void MountTest::make_account(const std::string& name, int mails) {
  record({StoreStep::Kind::kAddAccount, name});
  std::vector<Edit> edits;
  for (const auto* path : {"", "cur", "new", "tmp"}) edits.push_back(put_directory(name, path));
  for (int i = 0; i < mails; ++i) {
    edits.push_back(put_mail(name, "cur/" + std::to_string(i) + ":2,S", "mail " + std::to_string(i)));
  }
  record(name, edits);
}

void MountTest::mount(std::vector<std::string> fuse_options) { mount(recorder_->view(), std::move(fuse_options)); }

void MountTest::mount(View& view, std::vector<std::string> fuse_options) {
  MountOptions options;
  options.store_path = store_path();
  options.mountpoint = directory_ / "mnt";
  options.fuse_options = std::move(fuse_options);
  mount_ = std::make_unique<ServedMount>(view, clock_, log_, options);
}

int MountTest::requests(const std::string& kind) const {
  std::ifstream status(at(".status"));
  return nlohmann::json::parse(status).at("requests").at(kind).get<int>();
}

}  // namespace yestermail::test
