// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/heap.h"

#include <malloc.h>

namespace yestermail {

// Decoded frames and parts come and go by the MiB on many threads. glibc would keep what they leave in an arena a
// thread, several times what is in use: two arenas are enough. What is free at their ends is kept up to a few MiB:
// where each piece goes back to the system, getting its pages anew takes longer than to fill them.
void bound_heap() {
  constexpr int kArenas = 2;
  constexpr int kLargeBytes = 4 << 20;
  constexpr int kKeptBytes = 8 << 20;
  mallopt(M_ARENA_MAX, kArenas);
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
}

void keep_large_pieces() {
  constexpr int kLargeBytes = 16 << 20;
  constexpr int kKeptBytes = 64 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
}

}  // namespace yestermail
