// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/small_store.h"

#include <filesystem>

namespace yestermail::test {

StoreTuning small_tuning() {
  StoreTuning tuning;
  tuning.journal_segment_bytes = 64U << 10U;
  tuning.pack_bytes = 64U << 10U;
  tuning.frame_bytes = 8U << 10U;
  tuning.compression_level = 1;
  tuning.background_packing = false;
  return tuning;
}

void create_small_store(StoreWorld world, const std::string& path, const StoreSettings& settings) {
  create_store(world, path, settings);
  // A segment's size is that of its file; what is cut off are zeros.
  for (const auto& entry : std::filesystem::directory_iterator(path + "/journal")) {
    std::filesystem::resize_file(entry.path(), small_tuning().journal_segment_bytes);
  }
}

}  // namespace yestermail::test
