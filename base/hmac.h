// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/bytes.h"
#include "base/digest.h"

namespace yestermail {

/// HMAC-SHA-256 (RFC 2104) of some bytes: it tells nothing of them to who does not know the key.
Digest hmac_of(ByteView key, ByteView bytes);

}  // namespace yestermail
