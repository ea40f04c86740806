// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace yestermail {

/// Has the disk begin to write a file that grows, a piece at a time, so that the sync at the end does not wait for all
/// of it. No more than a hint: whether it works, the sync tells. Used by the thread that writes.
class WriteBehind {
 public:
  explicit WriteBehind(std::uint64_t piece) : piece_(piece) {}
  /// The file was written up to here.
  void written(int file, std::uint64_t end);

 private:
  const std::uint64_t piece_;
  std::uint64_t begun_ = 0;  ///< up to here it was given to the disk
};

}  // namespace yestermail
