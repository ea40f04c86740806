// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/bytes.h"

namespace yestermail {

/// Where the bytes of an archive go, in their order. One thread.
class ArchiveSink {
 public:
  virtual ~ArchiveSink() = default;
  /// Takes all of `bytes`, or throws.
  virtual void write(ByteView bytes) = 0;
};

}  // namespace yestermail
