// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/source_tree.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

bool is_transient(const std::string& path) {
  return path.starts_with("tmp/") || path.find("/tmp/") != std::string::npos;
}

ShownEntry entry_of(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) throw std::system_error(errno, std::generic_category(), path.string());
  ShownEntry entry;
  entry.mode = status.st_mode & 0777U;
  entry.uid = status.st_uid;
  entry.gid = status.st_gid;
  if (S_ISDIR(status.st_mode)) {
    entry.kind = EntryKind::kDirectory;
    return entry;
  }
  entry.mtime_ns = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
  std::ifstream in(path, std::ios::binary);
  entry.bytes.assign(std::istreambuf_iterator<char>(in), {});
  return entry;
}

}  // namespace

ShownStore shown_of_source(const std::string& root) {
  ShownStore store;
  for (const auto& domain : fs::directory_iterator(root)) {
    for (const auto& user : fs::directory_iterator(domain.path())) {
      const auto tree = user.path() / "Maildir";
      auto& account = store[user.path().filename().string() + "@" + domain.path().filename().string()];
      for (const auto& found : fs::recursive_directory_iterator(tree)) {
        const auto path = found.path().string().substr(tree.string().size() + 1);
        if (!is_transient(path)) account[path] = entry_of(found.path());
      }
    }
  }
  return store;
}

ShownStore comparable(ShownStore shown) {
  for (auto& [name, account] : shown) {
    account.erase("");
    for (auto& [path, entry] : account) {
      entry.sender.clear();
      entry.subject.clear();
      if (entry.kind == EntryKind::kDirectory) entry.mtime_ns = 0;
      if (entry.kind == EntryKind::kMessage) entry.kind = EntryKind::kFile;
    }
  }
  return shown;
}

}  // namespace yestermail::test
