// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/filesystem.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace yestermail {

Bytes read_file(Filesystem& disk, const std::string& path, std::uint64_t limit) {
  const auto file = disk.open(path, Filesystem::Open::kRead);
  const auto size = file->size();
  if (size > limit) throw Error(Errc::kDamage, path + ": larger than any such file can be");
  Bytes bytes(static_cast<std::size_t>(size));
  bytes.resize(file->read_at(0, bytes));
  return bytes;
}

void write_durably(Filesystem& disk, const std::string& directory, const std::string& name, ByteView bytes) {
  const auto staged = directory + "/." + name + ".tmp";
  remove_if_there(disk, staged);
  const auto file = disk.open(staged, Filesystem::Open::kCreate);
  file->write_at(0, bytes);
  file->sync();
  disk.rename(staged, directory + "/" + name);
  disk.sync_directory(directory);
}

void make_directories(Filesystem& disk, const std::string& root, const std::string& relative) {
  std::string path = root;
  std::string parent_of_last;  // Of the last directory that was there already.
  std::size_t at = 0;
  while (at < relative.size()) {
    const auto slash = std::min(relative.find('/', at), relative.size());
    const auto parent = path;
    path += "/" + relative.substr(at, slash - at);
    at = slash + 1;
    if (disk.exists(path)) {
      parent_of_last = parent;
      continue;
    }
    if (!parent_of_last.empty()) disk.sync_directory(std::exchange(parent_of_last, {}));
    disk.make_directory(path);
    disk.sync_directory(parent);
  }
  // Whoever made it may have been killed before its name was durable.
  if (!parent_of_last.empty()) disk.sync_directory(parent_of_last);
}

void remove_if_there(Filesystem& disk, const std::string& path) {
  if (disk.exists(path)) disk.remove(path);
}

void remove_tree(Filesystem& disk, const std::string& path) {
  std::vector<std::string> names;
  try {
    names = disk.list(path);
  } catch (const Error&) {  // A file has no list; any other trouble shows when it is removed.
  }
  for (const auto& name : names) remove_tree(disk, path + "/" + name);
  disk.remove(path);
}

}  // namespace yestermail
