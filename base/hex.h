// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace yestermail {

std::string to_hex(ByteView bytes);

/// Lower case digits only, an even number of them: one value has one spelling.
std::optional<Bytes> bytes_from_hex(std::string_view hex);

}  // namespace yestermail
