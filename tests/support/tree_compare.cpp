// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tree_compare.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/c_ptr.h"
#include "base/error.h"
#include "base/fd.h"

namespace yestermail::test {
namespace {

[[noreturn]] void fail(const std::string& path) { throw std::system_error(errno, std::generic_category(), path); }

Digest digest_of_file(const std::string& path, std::uint64_t& size) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) fail(path);
  Hasher hasher;
  std::array<std::byte, 65536> buffer{};
  size = 0;
  for (;;) {
    const auto n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0) fail(path);
    if (n == 0) return hasher.finish();
    size += static_cast<std::uint64_t>(n);
    hasher.update(ByteView(buffer).first(static_cast<std::size_t>(n)));
  }
}

TreeEntry read_entry(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) fail(path);
  TreeEntry entry;
  entry.mode = status.st_mode & 07777U;
  entry.uid = status.st_uid;
  entry.gid = status.st_gid;
  entry.mtime_ns = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
  if (S_ISDIR(status.st_mode)) {
    entry.type = 'd';
  } else if (S_ISLNK(status.st_mode)) {
    entry.type = 'l';
    std::array<char, 4096> target{};
    const auto n = ::readlink(path.c_str(), target.data(), target.size());
    if (n < 0) fail(path);
    entry.target.assign(target.data(), static_cast<std::size_t>(n));
  } else if (S_ISREG(status.st_mode)) {
    entry.digest = digest_of_file(path, entry.size);
    // What stat() says and what read() gives must agree: `cp` and `tar` rely on it.
    if (entry.size != static_cast<std::uint64_t>(status.st_size)) entry.type = 'o';
  } else {
    entry.type = 'o';
  }
  return entry;
}

void read_below(const std::string& root, const std::string& relative, const TreeRules& rules, DiskTree& tree) {
  const auto directory = relative.empty() ? root : root + "/" + relative;
  std::vector<std::string> names;
  {
    const CPtr<DIR, closedir> dir(::opendir(directory.c_str()));
    if (!dir) fail(directory);
    errno = 0;
    while (const auto* entry = ::readdir(dir.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) fail(directory);
  }
  for (const auto& name : names) {
    const auto path = relative.empty() ? name : relative + "/" + name;
    if (rules.ignore && rules.ignore(path)) continue;
    auto entry = read_entry(root + "/" + path);
    const bool is_directory = entry.type == 'd';
    tree.emplace(path, std::move(entry));
    if (is_directory) read_below(root, path, rules, tree);
  }
}

std::string difference(const TreeEntry& want, const TreeEntry& have, const TreeRules& rules) {
  std::string text;
  const auto note = [&text](const std::string& what, const auto& a, const auto& b) {
    if (a != b) text += " " + what + " " + std::to_string(a) + " became " + std::to_string(b) + ";";
  };
  if (want.type != have.type) return std::string(" type ") + want.type + " became " + have.type + ";";
  const bool is_directory = want.type == 'd';
  note("size", want.size, have.size);
  if (want.digest != have.digest) text += " bytes differ;";
  if (want.target != have.target) text += " link target differs;";
  if (is_directory ? rules.directory_mtimes : rules.mtimes) note("mtime", want.mtime_ns, have.mtime_ns);
  if (rules.modes) note("mode", want.mode, have.mode);
  if (rules.owners) note("uid", want.uid, have.uid);
  if (rules.owners) note("gid", want.gid, have.gid);
  return text;
}

}  // namespace

std::set<std::string> names_in(const std::string& directory) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) names.insert(entry.path().filename());
  return names;
}

DiskTree read_tree(const std::string& root, const TreeRules& rules) {
  DiskTree tree;
  read_below(root, "", rules, tree);
  return tree;
}

std::vector<std::string> differences(const DiskTree& want, const DiskTree& have, const TreeRules& rules,
                                     std::size_t limit) {
  std::vector<std::string> lines;
  for (const auto& [path, entry] : want) {
    const auto found = have.find(path);
    if (found == have.end()) {
      lines.push_back("missing: " + printable(path));
      continue;
    }
    const auto text = difference(entry, found->second, rules);
    if (!text.empty()) lines.push_back(printable(path) + ":" + text);
  }
  for (const auto& [path, entry] : have) {
    if (want.count(path) == 0) lines.push_back("not expected: " + printable(path));
  }
  if (lines.size() > limit) {
    const auto more = lines.size() - limit;
    lines.resize(limit);
    lines.push_back("and " + std::to_string(more) + " more");
  }
  return lines;
}

std::vector<std::string> compare_trees(const std::string& want, const std::string& have, const TreeRules& rules,
                                       std::size_t limit) {
  return differences(read_tree(want, rules), read_tree(have, rules), rules, limit);
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

}  // namespace yestermail::test
