// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fault_model.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <system_error>

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_at(const std::string& path) { throw std::system_error(errno, std::generic_category(), path); }

Bytes read_all(const Fd& fd) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) fail_at("fault model");
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  if (::pread(fd.get(), bytes.data(), bytes.size(), 0) != status.st_size) fail_at("fault model");
  return bytes;
}

/// Builds what is left, directory by directory.
class CutWriter {
 public:
  CutWriter(const PowerCut& cut, const DiskNode& root, const std::string& directory) : cut_(cut), random_(cut.seed) {
    find_paths(root, directory);
  }

  void write_directory(const DiskNode& node, const std::string& destination, const std::string& relative) {
    if (::mkdir(destination.c_str(), 0700) != 0) fail_at(destination);
    const auto names = surviving_names(node, relative);
    for (const auto& [name, child] : names) {
      if (child->directory) {
        write_directory(*child, destination + "/" + name, relative + name + "/");
      } else {
        write_file(*child, destination + "/" + name, relative + name);
      }
    }
    copy_strangers(node, names, destination);
  }

  [[nodiscard]] std::vector<std::string> take_lines() { return std::move(lines_); }

 private:
  void find_paths(const DiskNode& node, const std::string& path) {
    paths_[&node] = path;
    for (const auto& [name, child] : node.now) find_paths(*child, path + "/" + name);
  }

  DiskNode::Names surviving_names(const DiskNode& node, const std::string& relative) {
    if (cut_.names == PowerCut::Names::kKept) return node.now;
    auto names = node.durable;
    std::size_t kept = 0;
    if (cut_.names == PowerCut::Names::kSome) kept = random_() % (node.pending.size() + 1);
    for (std::size_t i = 0; i < node.pending.size(); ++i) {
      for (const auto& [name, child] : node.pending[i]) {
        if (i >= kept) {
          lines_.push_back((child ? "name not there yet: " : "name still there: ") + relative + name);
        } else if (child) {
          names[name] = child;
        } else {
          names.erase(name);
        }
      }
    }
    return names;
  }

  [[nodiscard]] Bytes present_bytes(const DiskNode& node) const {
    if (node.held.valid()) return read_all(node.held);
    const auto path = paths_.find(&node);
    if (path == paths_.end()) throw std::logic_error("fault model: a file that has neither a name nor a handle");
    const Fd fd(::open(path->second.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) fail_at(path->second);
    return read_all(fd);
  }

  void revert_block(Bytes& bytes, std::uint64_t block, const Bytes& old) {
    const auto begin = std::min<std::uint64_t>(block * kBlock, bytes.size());
    const auto end = std::min<std::uint64_t>(begin + kBlock, bytes.size());
    auto from = begin;
    if (cut_.blocks == PowerCut::Blocks::kSome) {
      const auto fate = random_() % 3;
      if (fate == 0) return;
      if (fate == 1) from = std::min(begin + 512 * (random_() % 8), end);  // torn: the first sectors are new
    }
    for (auto at = from; at < end; ++at) {
      bytes[at] = at - begin < old.size() ? old[at - begin] : std::byte{0};
    }
    ++reverted_;
  }

  void write_file(const DiskNode& node, const std::string& destination, const std::string& relative) {
    auto bytes = present_bytes(node);
    reverted_ = 0;
    if (cut_.blocks != PowerCut::Blocks::kKept) {
      for (const auto& [block, old] : node.dirty) revert_block(bytes, block, old);
      for (const auto& [block, old] : node.lost) revert_block(bytes, block, old);
      const bool keep_size = cut_.blocks == PowerCut::Blocks::kSome && random_() % 2 == 0;
      if (!keep_size) bytes.resize(node.durable_size);
    }
    if (reverted_ > 0) lines_.push_back("blocks lost: " + std::to_string(reverted_) + " of " + relative);
    const Fd fd(::open(destination.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd.valid()) fail_at(destination);
    if (::write(fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) fail_at(destination);
  }

  /// Files that the model has never heard of.
  void copy_strangers(const DiskNode& node, const DiskNode::Names& names, const std::string& destination) {
    const auto path = paths_.find(&node);
    if (path == paths_.end()) return;
    for (const auto& entry : fs::directory_iterator(path->second)) {
      const auto name = entry.path().filename().string();
      if (node.now.count(name) != 0 || names.count(name) != 0 || !entry.is_regular_file()) continue;
      fs::copy_file(entry.path(), destination + "/" + name);
    }
  }

  PowerCut cut_;
  std::mt19937_64 random_;
  std::map<const DiskNode*, std::string> paths_;
  std::vector<std::string> lines_;
  std::uint64_t reverted_ = 0;
};

}  // namespace

void DiskNode::change(Change change) {
  for (const auto& [name, child] : change) {
    if (child) {
      now[name] = child;
    } else {
      now.erase(name);
    }
  }
  pending.push_back(std::move(change));
}

void DiskNode::sync_names() {
  durable = now;
  pending.clear();
}

void DiskNode::before_write(const File& present, std::uint64_t offset, std::uint64_t size) {
  if (size == 0) return;
  for (auto block = offset / kBlock; block <= (offset + size - 1) / kBlock; ++block) {
    if (dirty.count(block) != 0) continue;
    if (auto failed = lost.extract(block); !failed.empty()) {
      dirty.insert(std::move(failed));
      continue;
    }
    const auto begin = block * kBlock;
    Bytes old(begin < durable_size ? std::min(kBlock, durable_size - begin) : 0);
    old.resize(present.read_at(begin, old));
    dirty.emplace(block, std::move(old));
  }
}

void DiskNode::sync_bytes(std::uint64_t size) {
  dirty.clear();
  durable_size = size;
}

void DiskNode::fail_sync() { lost.merge(dirty); }

std::vector<std::string> write_cut_tree(const DiskNode& root, const std::string& directory, const PowerCut& cut,
                                        const std::string& destination) {
  CutWriter writer(cut, root, directory);
  writer.write_directory(root, destination, "");
  return writer.take_lines();
}

std::string to_string(const PowerCut& cut) {
  static constexpr const char* kFates[] = {"kept", "lost", "some"};
  return std::string("names ") + kFates[static_cast<int>(cut.names)] + ", blocks " +
         kFates[static_cast<int>(cut.blocks)] + ", seed " + std::to_string(cut.seed);
}

}  // namespace yestermail::test
