// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/filesystem.h"
#include "base/uuid.h"
#include "store/layout.h"

namespace yestermail {

/// Keeps what was erased from being healed back into a store. One thread.
class ErasureGuard {
 public:
  /// Whether a content was erased from an account (zero: the server account) at `since` or later. May throw Error where
  /// that cannot be told: then all is taken for erased, but for what the server account needs to be read.
  using Erased = std::function<bool(const Uuid& account, const Digest& content, Instant since)>;

  /// `erased` may be none: nothing was. Both outlive the guard.
  ErasureGuard(Filesystem& disk, const Layout& layout, const Erased& erased)
      : disk_(disk), layout_(layout), erased_(erased) {}

  bool is_erased(const Uuid& account, const Digest& content, Instant since);
  /// Whether a log or pack of an account, `path` below the store, would bring such a content with it. Also true where
  /// that cannot be told.
  bool is_brought_by(const std::string& path, const Uuid& account, ByteView bytes);

  /// One line for people where it could not be told what was erased; else nothing.
  [[nodiscard]] const std::string& doubt() const { return doubt_; }

 private:
  bool is_in_log(const std::string& staged, const Uuid& account);
  bool is_in_pack(const std::string& staged, const Uuid& account);

  Filesystem& disk_;
  const Layout& layout_;
  const Erased& erased_;
  std::string doubt_;
};

}  // namespace yestermail
