// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "tools/environment.h"

namespace yestermail {

/// Runs `serve` in a process of its own that outlives this one. Returns when `serve` calls what it is given; throws its
/// Error if it ends before. The new process has its own session and / as directory, keeps our standard files until it
/// is ready (libraries and helpers print there why they fail) and has /dev/null in their place after that. It starts
/// with one thread: threads, locks and databases are to be made in `serve`. What goes wrong after it is ready is for
/// `serve` to log.
void run_in_background(Environment& env, const std::function<void(const std::function<void()>& ready)>& serve);

}  // namespace yestermail
