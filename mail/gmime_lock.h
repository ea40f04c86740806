// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>

namespace yestermail {

/// To be held while GMime works: it is begun once, and the C library loads and unloads character sets behind it, which
/// checkers of threads take for races.
[[nodiscard]] std::unique_lock<std::mutex> enter_gmime();

}  // namespace yestermail
