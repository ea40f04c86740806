// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/ledger.h"

#include <exception>
#include <filesystem>
#include <random>
#include <set>
#include <stdexcept>

#include "base/instant_text.h"
#include "tests/support/given_blobs.h"
#include "tests/support/recording_log.h"
#include "tests/support/test_clock.h"
#include "tests/support/tree_compare.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

std::string differs(const std::string& what, const ShownStore& want, const ShownStore& have) {
  const auto lines = shown_differences(want, have);
  return lines.empty() ? "" : what + ": " + joined(lines);
}

/// Which acknowledged instants to look at.
std::set<std::size_t> chosen(std::size_t count, const Comparison& how) {
  std::set<std::size_t> numbers;
  std::mt19937_64 random(how.seed);
  for (std::size_t i = 0; i < count; ++i) {
    if (how.every_instant || i + 2 >= count) numbers.insert(i);
  }
  if (count > 0) numbers.insert(random() % count);
  return numbers;
}

std::string compare_instants(View& view, const CrashLedger& ledger, const Comparison& how, GivenBlobs& given) {
  for (const auto number : chosen(ledger.acknowledged.size(), how)) {
    const auto& entry = ledger.acknowledged[number];
    auto wrong = differs("at " + instant_text(entry.at), *entry.shown, show(view, entry.at, nullptr, given));
    if (!wrong.empty()) return wrong;
  }
  if (!ledger.acknowledged.empty() && view.last_instant() < ledger.acknowledged.back().at) {
    return "last_instant() lies before the last acknowledged one\n";
  }
  return "";
}

/// A power cut is no damage: a store that says so would be believed less when there is some.
std::string false_alarms(const RecordingLog& log) {
  std::string found;
  for (const auto& line : log.lines()) {
    if (line.starts_with("error: ")) found += "\n  " + line;
  }
  return found.empty() ? "" : "damage reported where there is none:" + found + "\n";
}

/// Files in the making that an opened store still has.
std::string leftovers(const std::string& path) {
  std::string found;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    const auto name = entry.path().string().substr(path.size() + 1);
    if (entry.is_regular_file() && (name.starts_with("tmp/") || name.ends_with(".tmp"))) found += name + " ";
  }
  return found.empty() ? "" : "temporary files stayed: " + found + "\n";
}

std::string compare_opened(Filesystem& disk, const std::string& path, const StoreTuning& tuning, CrashLedger ledger,
                           const StoreScript& script, const Comparison& how) {
  RecordingLog log;
  TestClock clock;  // Starts before what the store has seen: time went back, instants must not.
  const auto recorder = open_recorder({disk, clock, log}, path, tuning);
  GivenBlobs given;
  const auto now = show(recorder->view(), kForever, nullptr, given);
  auto wrong = differs("latest", ledger.now, now);
  if (!wrong.empty() && ledger.done < script.size()) {
    const auto next = after(ledger.now, script[ledger.done]);
    const auto other = differs("latest, had the step under way been done", next, now);
    if (other.empty()) {
      wrong.clear();
      ledger.now = next;
      ++ledger.done;
    } else {
      wrong += other;
    }
  }
  if (wrong.empty()) wrong = compare_instants(recorder->view(), ledger, how, given);
  if (wrong.empty()) wrong = leftovers(path);
  if (wrong.empty()) wrong = false_alarms(log);
  if (!wrong.empty()) return wrong + joined(log.lines());
  if (!how.go_on) return "";
  ledger.run(*recorder, script);
  return differs("latest after the rest of the work", ledger.now, show(recorder->view(), kForever));
}

}  // namespace

void CrashLedger::run_one(Recorder& recorder, const StoreScript& script) {
  perform(recorder, script.at(done));
  now = after(std::move(now), script[done]);
  ++done;
  const auto at = recorder.view().last_instant();
  if (!acknowledged.empty() && at < acknowledged.back().at) throw std::logic_error("an instant before the last one");
  if (!acknowledged.empty() && at == acknowledged.back().at && now != *acknowledged.back().shown) {
    throw std::logic_error("a change without an instant of its own");
  }
  acknowledged.push_back({at, std::make_shared<const ShownStore>(now)});
}

void CrashLedger::run(Recorder& recorder, const StoreScript& script) {
  while (done < script.size()) run_one(recorder, script);
}

std::string compare_with_ledger(Filesystem& disk, const std::string& path, const StoreTuning& tuning,
                                const CrashLedger& ledger, const StoreScript& script, const Comparison& how) {
  try {
    auto wrong = compare_opened(disk, path, tuning, ledger, script, how);
    if (!wrong.empty() || !how.go_on) return wrong;
    // What another process reads once the writer has closed.
    RecordingLog log;
    const TestClock clock;
    const auto view = open_view({disk, clock, log}, path);
    auto want = ledger.now;
    for (auto step = ledger.done; step < script.size(); ++step) want = after(std::move(want), script[step]);
    return differs("latest, read only", want, show(*view, kForever));
  } catch (const std::exception& error) {
    return std::string("not to be opened or read: ") + error.what() + "\n";
  }
}

}  // namespace yestermail::test
