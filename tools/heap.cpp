// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/heap.h"

#include <malloc.h>

namespace yestermail {

void keep_large_pieces() {
  constexpr int kLargeBytes = 16 << 20;
  constexpr int kKeptBytes = 64 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
}

}  // namespace yestermail
