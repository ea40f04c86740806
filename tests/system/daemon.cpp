// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/system/daemon.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "base/clock.h"
#include "tests/support/paths.h"

namespace yestermail::test {

Daemon::Daemon(std::string store, std::vector<std::string> options)
    : store_(std::move(store)), options_(std::move(options)) {}

void Daemon::start() {
  std::vector<std::string> command{program_path(), "watch", "--store", store_};
  command.insert(command.end(), options_.begin(), options_.end());
  process_ = std::make_unique<Process>(command);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(300);
  while (process_->out().find("watching;") == std::string::npos) {
    if (std::chrono::steady_clock::now() > limit) {
      throw std::runtime_error("watch does not begin: " + process_->out() + process_->err());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void Daemon::wait_until_caught_up() {
  wait_until([](const WatchReport& report) { return report.reconciles > 0; });
}

void Daemon::wait_until_settled() {
  const auto asked = SystemClock().now();
  wait_until([&](const WatchReport& report) {
    return report.covered_until >= asked && report.waiting == 0 && report.open_gaps.empty();
  });
}

void Daemon::wait_until(const std::function<bool(const WatchReport&)>& is_so) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(300);
  for (;;) {
    std::ifstream in(store_ + "/watching");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto report = decode_watch_report(text);
    if (report && report->process == process_->pid() && report->state == "watching" && is_so(*report)) return;
    if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("watch does not catch up: " + text);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

int Daemon::stop() {
  process_->send(SIGTERM);
  const auto outcome = process_->wait(std::chrono::seconds(60));
  process_.reset();
  return outcome.status;
}

void Daemon::kill() {
  process_->send(SIGKILL);
  process_->wait(std::chrono::seconds(60));
  process_.reset();
}

}  // namespace yestermail::test
