// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/scanner/scan_world.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/error.h"
#include "tests/support/tree_compare.h"

namespace yestermail::test {
namespace fs = std::filesystem;

ScanWorld::ScanWorld() {
  sources = {"maildir:" + mail() + "/%d/%n/Maildir"};
  fs::create_directories(alice());
  box();
  create_store({disk, clock, log}, store_path, {sources, {}, {}});
  reopen();
}

void ScanWorld::reopen() {
  recorder.reset();
  recorder = open_recorder({disk, clock, log}, store_path);
}

ScanReport ScanWorld::scan(ScanOptions options) { return yestermail::scan(*recorder, log, sources, options); }

ScanReport ScanWorld::scan_exactly(ScanOptions options) {
  // A folder that was changed a moment ago is not at rest: then a scan takes less for proven.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto report = scan(std::move(options));
  EXPECT_TRUE(report.complete()) << joined(report.failures) << report.unconfirmed << " unconfirmed";
  EXPECT_EQ(report.accounts_failed, 0U);
  expect_store_is_disk();
  return report;
}

void ScanWorld::expect_store_is_disk(View& view) {
  ShownStore want;
  for (const auto& account : view.accounts(kForever)) {
    const auto at_sign = account.name.find('@');
    want[account.name] = shown_on_disk(mail() + "/" + account.name.substr(at_sign + 1) + "/" +
                                       account.name.substr(0, at_sign) + "/Maildir");
  }
  auto have = show(view, kForever);
  for (auto& [name, entries] : have) {
    for (auto& [path, entry] : entries) entry.sender = entry.subject = "";
  }
  EXPECT_EQ(shown_differences(want, have), std::vector<std::string>());
}

AccountNumber ScanWorld::account(const std::string& name) {
  const auto found = view().account_named(name, kForever);
  if (!found) throw Error(Errc::kNotFound, "no account " + name);
  return found->number;
}

std::optional<Version> ScanWorld::at(const std::string& path, Instant instant) {
  auto version = view().item_at(account(), kRootItem, instant);
  for (std::size_t begin = 0; version && begin < path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    version = view().lookup(account(), version->item, path.substr(begin, end - begin), instant);
    begin = end + 1;
  }
  return version;
}

ItemId ScanWorld::item(const std::string& path) {
  const auto version = at(path);
  if (!version) throw Error(Errc::kNotFound, "nothing is recorded at " + path);
  return version->item;
}

std::vector<Cause> ScanWorld::causes(ItemId item) {
  std::vector<Cause> result;
  for (const auto& version : history(item)) result.push_back(version.cause);
  return result;
}

ShownAccount shown_on_disk(const std::string& maildir) {
  ShownAccount shown;
  const auto entry_of = [](const std::string& path) {
    struct stat raw {};
    if (::lstat(path.c_str(), &raw) != 0) throw std::system_error(errno, std::generic_category(), path);
    ShownEntry entry;
    entry.kind = S_ISDIR(raw.st_mode) ? EntryKind::kDirectory : EntryKind::kFile;
    if (S_ISREG(raw.st_mode)) entry.bytes = contents(path);
    entry.mtime_ns = std::int64_t{raw.st_mtim.tv_sec} * 1'000'000'000 + raw.st_mtim.tv_nsec;
    entry.mode = raw.st_mode & 0777U;
    entry.uid = raw.st_uid;
    entry.gid = raw.st_gid;
    return entry;
  };
  shown[""] = entry_of(maildir);
  for (fs::recursive_directory_iterator i(maildir), end; i != end; ++i) {
    const auto path = i->path().lexically_relative(maildir).string();
    auto entry = entry_of(i->path().string());
    const auto parent = i->path().parent_path().filename();
    if (entry.kind == EntryKind::kFile && (parent == "cur" || parent == "new")) entry.kind = EntryKind::kMessage;
    if (i->path().filename() == "tmp") i.disable_recursion_pending();
    shown[path] = entry;
  }
  return shown;
}

void write(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void grow_old() { std::this_thread::sleep_for(std::chrono::milliseconds(2100)); }

}  // namespace yestermail::test
