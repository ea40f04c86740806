// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"

namespace yestermail {

/// The memory of large Bytes that nobody uses any more is kept for the next ones, a few MiB at most: where each piece
/// went back to the system, getting its pages anew would take several times longer than to fill them. One for the
/// process, safe for concurrent use.

/// `size` bytes of any content.
Bytes take_bytes(std::size_t size);

/// Their memory is kept for the next.
void give_bytes(Bytes bytes) noexcept;

/// Shares them; when the last owner is gone their memory is kept.
std::shared_ptr<const Bytes> share_bytes(Bytes bytes);

}  // namespace yestermail
