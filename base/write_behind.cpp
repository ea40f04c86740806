// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/write_behind.h"

#include <fcntl.h>

namespace yestermail {

void WriteBehind::written(int file, std::uint64_t end) {
  if (end < begun_ + piece_) return;
  ::sync_file_range(file, static_cast<off64_t>(begun_), static_cast<off64_t>(end - begun_), SYNC_FILE_RANGE_WRITE);
  begun_ = end;
}

}  // namespace yestermail
