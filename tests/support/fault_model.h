// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/fd.h"
#include "tests/support/fault_filesystem.h"

namespace yestermail::test {

inline constexpr std::uint64_t kBlock = 4096;

/// A file or directory as the disk knows it: what it is now, and what of that would survive.
struct DiskNode {
  using Names = std::map<std::string, std::shared_ptr<DiskNode>>;
  /// One call's effect on one directory: name -> what it stands for then, nullptr for nothing.
  using Change = std::vector<std::pair<std::string, std::shared_ptr<DiskNode>>>;

  bool directory = false;

  // Of a directory.
  Names now;
  Names durable;
  std::vector<Change> pending;  ///< from durable to now

  // Of a file: the durable bytes of blocks that were written since (shorter at the durable end), by block number.
  std::map<std::uint64_t, Bytes> dirty;
  std::map<std::uint64_t, Bytes>
      lost;  ///< likewise, but a sync failed on them: only a new write makes them dirty again
  std::uint64_t durable_size = 0;
  Fd held;  ///< of a file that has no name any more: its bytes

  void change(Change change);
  void sync_names();
  /// To be called before `size` bytes are written at `offset` through a file that reads the present bytes.
  void before_write(const File& present, std::uint64_t offset, std::uint64_t size);
  void sync_bytes(std::uint64_t size);
  void fail_sync();
};

/// What a power cut leaves of the tree below `root`, whose present state is in `directory`.
std::vector<std::string> write_cut_tree(const DiskNode& root, const std::string& directory, const PowerCut& cut,
                                        const std::string& destination);

}  // namespace yestermail::test
