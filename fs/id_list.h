// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"

namespace yestermail {

/// Ascending ids in about one byte each: a directory of a million entries takes a megabyte, not eight. Never changes
/// once built; safe for concurrent use.
class IdList {
 public:
  IdList() = default;
  /// `ids` ascend.
  explicit IdList(const std::vector<VersionId>& ids);

  [[nodiscard]] std::size_t bytes() const;

 private:
  friend class IdCursor;
  struct Block {
    VersionId first;
    std::size_t offset = 0;  ///< in deltas_, of the id after the first
    std::size_t count = 0;
  };

  std::vector<Block> blocks_;
  Bytes deltas_;
};

/// Walks over the ids of a list behind one of them. One thread at a time; keeps the list.
class IdCursor {
 public:
  IdCursor(std::shared_ptr<const IdList> list, VersionId after);

  [[nodiscard]] bool done() const { return block_ == list_->blocks_.size(); }
  /// The next id; not when done().
  [[nodiscard]] VersionId peek() const { return id_; }
  void next();

 private:
  void enter_block();

  std::shared_ptr<const IdList> list_;
  std::size_t block_ = 0;
  std::size_t in_block_ = 0;
  std::size_t offset_ = 0;
  VersionId id_;
};

}  // namespace yestermail
