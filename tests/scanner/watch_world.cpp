// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/scanner/watch_world.h"

#include <gtest/gtest.h>

#include <future>

namespace yestermail::test {

WatchWorld::WatchWorld() {
  options.threads = 2;
  options.poll_interval = std::chrono::milliseconds(50);
  options.report_interval = std::chrono::milliseconds(200);
}

WatchWorld::~WatchWorld() {
  try {
    stop();
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
}

void WatchWorld::start() {
  recorder.reset();
  view_.reset();
  watch = std::make_unique<Watch>(
      [this] {
        return open_recorder({disk, clock, log}, store_path);
      },
      clock, log, sources, options);
  std::promise<bool> ready;
  auto is_ready = ready.get_future();
  failure_ = nullptr;
  // The promise is the thread's own: it may still be in use when who waits for it goes on.
  thread_ = std::jthread([this, ready = std::move(ready)](const std::stop_token& token) mutable {
    bool told = false;
    try {
      watch->run(token, [&] {
        told = true;
        ready.set_value(true);
      });
    } catch (...) {
      failure_ = std::current_exception();
      if (!told) ready.set_value(false);
    }
  });
  // An exception is looked at after its thread has ended: the thread sanitizer does not see how the library counts who
  // else has it.
  if (!is_ready.get()) stop();
}

void WatchWorld::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

bool WatchWorld::settles(std::chrono::seconds most) { return watch->wait_until_settled(most); }

View& WatchWorld::past() {
  if (!view_) view_ = open_view({disk, clock, log}, store_path);
  return *view_;
}

void WatchWorld::expect_followed() {
  ASSERT_TRUE(settles());
  expect_store_is_disk(past());
}

}  // namespace yestermail::test
