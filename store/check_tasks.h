// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace yestermail {

/// Runs tasks on so many threads, begun in their order, and waits for all that were begun. `may_begin` is asked before
/// each, on any thread: after a false none is begun. Returns how many were not. What a task throws ends it all: thrown
/// on as an Error of the same class.
std::size_t run_tasks(unsigned threads, const std::vector<std::function<void()>>& tasks,
                      const std::function<bool()>& may_begin);

}  // namespace yestermail
