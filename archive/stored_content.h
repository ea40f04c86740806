// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "base/digest.h"
#include "store/recorder.h"

namespace yestermail {

/// A blob of another store, opened when it is read. The view outlives it. One thread.
class StoredContent final : public BlobSource {
 public:
  StoredContent(View& view, AccountNumber account, const Digest& digest)
      : view_(view), account_(account), digest_(digest) {}
  std::size_t read(std::span<std::byte> into) override {
    if (!reader_) reader_ = view_.open_blob(account_, digest_);
    const auto got = reader_->read(at_, into);
    at_ += got;
    return got;
  }

 private:
  View& view_;
  const AccountNumber account_;
  const Digest digest_;
  std::unique_ptr<BlobReader> reader_;
  std::uint64_t at_ = 0;
};

}  // namespace yestermail
