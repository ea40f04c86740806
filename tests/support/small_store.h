// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "store/store.h"

namespace yestermail::test {

/// Segments of 64 KiB, packs of 64 KiB, frames of 8 KiB, nothing in the background: files are finished and begun often.
StoreTuning small_tuning();

/// create_store(), and its first journal segment made as small as small_tuning() makes the others.
void create_small_store(StoreWorld world, const std::string& path, const StoreSettings& settings = {});

}  // namespace yestermail::test
