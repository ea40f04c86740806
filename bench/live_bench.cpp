// SPDX-License-Identifier: GPL-3.0-or-later
// yestermail_live_bench DIR RATE SECONDS ACCOUNTS: follows an empty mail tree in DIR while mails are delivered into it,
// RATE a second, and prints as JSON how long each took from its rename into new/ until it was durable. The watch, the
// store and the disk are the real ones; only the return of Recorder::record() is noted.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_map>

#include "base/posix_filesystem.h"
#include "scanner/watch.h"
#include "store/store.h"

namespace yestermail {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Timer = std::chrono::steady_clock;

/// When each mail got its name, and how long it took from then.
class Stopwatch {
 public:
  void begun(const std::string& name) {
    const std::lock_guard lock(mutex_);
    begun_[name] = Timer::now();
  }
  void durable(const std::string& name) {
    const auto now = Timer::now();
    const std::lock_guard lock(mutex_);
    const auto found = begun_.find(name);
    if (found == begun_.end()) return;
    micros_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(now - found->second).count());
    begun_.erase(found);
  }
  [[nodiscard]] std::vector<std::int64_t> sorted() {
    const std::lock_guard lock(mutex_);
    std::sort(micros_.begin(), micros_.end());
    return micros_;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, Timer::time_point> begun_;
  std::vector<std::int64_t> micros_;
};

/// A recorder that notes when what it was given is durable.
class TimedRecorder final : public Recorder {
 public:
  TimedRecorder(std::unique_ptr<Recorder> recorder, Stopwatch& watch) : recorder_(std::move(recorder)), watch_(watch) {}
  View& view() override { return recorder_->view(); }
  AccountNumber add_account(const Account& profile) override { return recorder_->add_account(profile); }
  void end_account(AccountNumber account) override { recorder_->end_account(account); }
  ItemId new_item(AccountNumber account) override { return recorder_->new_item(account); }
  std::unique_ptr<BulkSession> begin_bulk() override { return recorder_->begin_bulk(); }
  Instant record(AccountNumber account, std::span<const Change> changes, std::span<const Bytes> blobs) override {
    const auto at = recorder_->record(account, changes, blobs);
    for (const auto& change : changes) {
      if (const auto* put = std::get_if<Put>(&change)) watch_.durable(put->state.name);
    }
    return at;
  }
  void record_gap(AccountNumber account, const Gap& gap) override { recorder_->record_gap(account, gap); }
  void publish(const WatchReport& report) override { recorder_->publish(report); }
  std::vector<std::pair<ItemId, DirectoryMark>> marks(AccountNumber account) override {
    return recorder_->marks(account);
  }
  std::optional<DirectoryMark> mark(AccountNumber account, ItemId item) override {
    return recorder_->mark(account, item);
  }
  void pack_now() override { recorder_->pack_now(); }
  PurgeResult purge(std::span<const PurgeRequest> requests) override { return recorder_->purge(requests); }

 private:
  const std::unique_ptr<Recorder> recorder_;
  Stopwatch& watch_;
};

std::string maildir(const std::string& root, unsigned account) {
  return root + "/mail/example.org/user" + std::to_string(account) + "/Maildir";
}

std::string some_mail(std::mt19937_64& random) {
  std::string mail = "From: Somebody <somebody@example.org>\nTo: user@example.org\nSubject: about something\n\n";
  const char* const words[] = {"the", "quick", "mail", "came", "over", "a", "lazy", "server", "at", "noon", "today,"};
  const auto size = 1000 + random() % 7000;
  while (mail.size() < size) mail.append(words[random() % 11]).append(random() % 12 == 0 ? "\n" : " ");
  return mail + "\n";
}

void deliver(const std::string& root, unsigned accounts, unsigned rate, unsigned seconds, Stopwatch& watch) {
  std::mt19937_64 random(7);
  std::vector<std::string> mails;
  for (int i = 0; i < 200; ++i) mails.push_back(some_mail(random));
  const auto begun = Timer::now();
  for (std::uint64_t i = 0; i < std::uint64_t{rate} * seconds; ++i) {
    const auto box = maildir(root, static_cast<unsigned>(i % accounts));
    const auto name = std::to_string(1'700'000'000 + i) + ".M1P1.bench";
    // Each mail is one of its own, as real ones are.
    std::ofstream(box + "/tmp/" + name) << "Message-ID: <" << name << "@example.org>\n" << mails[i % mails.size()];
    watch.begun(name);
    fs::rename(box + "/tmp/" + name, box + "/new/" + name);
    std::this_thread::sleep_until(begun + std::chrono::nanoseconds(1'000'000'000ULL * (i + 1) / rate));
  }
}

void print(const std::vector<std::int64_t>& micros, std::uint64_t delivered, const std::vector<std::int64_t>& lags,
           double seconds) {
  const auto at = [&](double share) {
    return micros.empty() ? 0 : micros[static_cast<std::size_t>(share * static_cast<double>(micros.size() - 1))];
  };
  std::cout << "{\"delivered\": " << delivered << ", \"measured\": " << micros.size() << ", \"p50_us\": " << at(0.5)
            << ", \"p90_us\": " << at(0.9) << ", \"p99_us\": " << at(0.99) << ", \"max_us\": " << at(1)
            << ", \"seconds\": " << seconds << ", \"lag_us\": [";
  for (std::size_t i = 0; i < lags.size(); ++i) std::cout << (i == 0 ? "" : ", ") << lags[i];
  std::cout << "]}\n";
}

int run(const std::string& root, unsigned rate, unsigned seconds, unsigned accounts) {
  for (unsigned i = 0; i < accounts; ++i) {
    for (const auto* part : {"cur", "new", "tmp"}) fs::create_directories(maildir(root, i) + "/" + part);
  }
  PosixFilesystem disk;
  const SystemClock clock;
  StreamLog log(std::cerr);
  const StoreWorld world{disk, clock, log};
  const std::vector<std::string> sources{"maildir:" + root + "/mail/%d/%n/Maildir"};
  create_store(world, root + "/store", {sources, {}, {}});
  Stopwatch stopwatch;
  Watch watch([&] { return std::make_unique<TimedRecorder>(open_recorder(world, root + "/store"), stopwatch); }, clock,
              log, sources, {});
  std::atomic<bool> ready{false};
  std::jthread thread([&](const std::stop_token& stop) { watch.run(stop, [&] { ready = true; }); });
  while (!ready) std::this_thread::sleep_for(1ms);
  if (!watch.wait_until_settled(30s)) return EXIT_FAILURE;
  std::vector<std::int64_t> lags;
  const auto begun = Timer::now();
  {
    const std::jthread delivering([&] { deliver(root, accounts, rate, seconds, stopwatch); });
    for (unsigned i = 0; i < seconds; ++i) {
      std::this_thread::sleep_until(begun + 1s * (i + 1));
      if (i % 5 == 4) lags.push_back(watch.report().lag_micros);
    }
  }
  const auto took = std::chrono::duration<double>(Timer::now() - begun).count();
  const bool settled = watch.wait_until_settled(60s);
  thread.request_stop();
  thread.join();
  print(stopwatch.sorted(), std::uint64_t{rate} * seconds, lags, took);
  return settled ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace yestermail

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: yestermail_live_bench DIR RATE SECONDS ACCOUNTS\n";
    return 2;
  }
  try {
    const auto number = [&](int i) { return static_cast<unsigned>(std::strtoul(argv[i], nullptr, 10)); };
    return yestermail::run(argv[1], number(2), number(3), number(4));
  } catch (const std::exception& error) {
    std::cerr << "yestermail_live_bench: " << error.what() << "\n";
    return 1;
  }
}
