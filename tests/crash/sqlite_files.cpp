// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/sqlite_files.h"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

namespace yestermail::test {
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> sqlite_paths(const std::string& root) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (is_sqlite_file(entry.path().filename().string())) paths.push_back(entry.path());
  }
  return paths;
}

/// As a block: a character at a time was a large part of what a crash costs.
std::string read_whole(const fs::path& path) {
  std::error_code gone;
  const auto size = fs::file_size(path, gone);
  std::string bytes(gone ? 0 : static_cast<std::size_t>(size), '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

}  // namespace

bool is_sqlite_file(const std::string& name) {
  return name.ends_with(".db") || name.ends_with(".db-wal") || name.ends_with(".db-shm");
}

SqliteFiles read_sqlite_files(const std::string& root) {
  SqliteFiles files;
  for (const auto& path : sqlite_paths(root)) {
    files[path.string().substr(root.size() + 1)] = read_whole(path);
  }
  return files;
}

void remove_sqlite_files(const std::string& root) {
  for (const auto& path : sqlite_paths(root)) fs::remove(path);
}

void remove_sqlite_logs(const std::string& root) {
  for (const auto& path : sqlite_paths(root)) {
    if (path.extension() != ".db") fs::remove(path);
  }
}

void put_sqlite_files(const std::string& root, const SqliteFiles& files) {
  remove_sqlite_files(root);
  for (const auto& [relative, bytes] : files) {
    const auto path = fs::path(root) / relative;
    if (!fs::is_directory(path.parent_path())) continue;
    std::ofstream out(path, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
}

}  // namespace yestermail::test
