// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/id_list.h"

#include <algorithm>

#include "base/codec.h"

namespace yestermail {
namespace {

constexpr std::size_t kBlockIds = 256;

}  // namespace

IdList::IdList(const std::vector<VersionId>& ids) {
  ByteWriter out(deltas_);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i % kBlockIds == 0) {
      blocks_.push_back({ids[i], deltas_.size(), 0});
    } else {
      out.varint(ids[i].value - ids[i - 1].value);
    }
    ++blocks_.back().count;
  }
  blocks_.shrink_to_fit();
  deltas_.shrink_to_fit();
}

std::size_t IdList::bytes() const { return sizeof *this + blocks_.size() * sizeof(Block) + deltas_.size(); }

IdCursor::IdCursor(std::shared_ptr<const IdList> list, VersionId after) : list_(std::move(list)) {
  const auto& blocks = list_->blocks_;
  const auto behind = std::upper_bound(blocks.begin(), blocks.end(), after,
                                       [](VersionId id, const auto& block) { return id < block.first; });
  block_ = static_cast<std::size_t>(behind - blocks.begin());
  if (block_ > 0) --block_;
  enter_block();
  while (!done() && id_ <= after) next();
}

void IdCursor::enter_block() {
  if (done()) return;
  const auto& block = list_->blocks_[block_];
  in_block_ = 1;
  offset_ = block.offset;
  id_ = block.first;
}

void IdCursor::next() {
  if (in_block_ == list_->blocks_[block_].count) {
    ++block_;
    enter_block();
    return;
  }
  ByteReader in(ByteView(list_->deltas_).subspan(offset_));
  id_ = VersionId{id_.value + in.varint()};
  offset_ += in.position();
  ++in_block_;
}

}  // namespace yestermail
