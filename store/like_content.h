// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/bytes.h"

namespace yestermail {

/// A guess from some of the bytes whether compressing them again gains nothing: pictures, archives, encrypted data.
bool looks_compressed(ByteView bytes);

}  // namespace yestermail
