// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_tasks.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "base/error.h"

namespace yestermail {

std::size_t run_tasks(unsigned threads, const std::vector<std::function<void()>>& tasks,
                      const std::function<bool()>& may_begin) {
  std::mutex mutex;
  std::size_t begun = 0;
  // Not the exception itself: it would be shared between threads.
  std::optional<std::pair<Errc, std::string>> failure;
  const auto next = [&]() -> const std::function<void()>* {
    const std::scoped_lock lock(mutex);
    if (failure || begun == tasks.size() || !may_begin()) return nullptr;
    return &tasks[begun++];
  };
  const auto fail = [&](Errc code, const std::string& what) {
    const std::scoped_lock lock(mutex);
    if (!failure) failure.emplace(code, what);
  };
  const auto work = [&] {
    while (const auto* task = next()) {
      try {
        (*task)();
      } catch (const Error& error) {
        fail(error.code(), error.what());
      } catch (const std::exception& error) {
        fail(Errc::kFailed, error.what());
      }
    }
  };
  {
    std::vector<std::jthread> others;
    const auto count = std::min<std::size_t>(std::max(threads, 1U), std::max<std::size_t>(tasks.size(), 1));
    for (std::size_t i = 1; i < count; ++i) others.emplace_back(work);
    work();
  }
  if (failure) throw Error(failure->first, failure->second);
  return tasks.size() - begun;
}

}  // namespace yestermail
