// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/watcher_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/text.h"

namespace yestermail {
namespace {

/// A report that is older was not written by whoever holds the store in another namespace.
constexpr std::int64_t kFresh = 60 * kMicrosPerSecond;

std::string reason_text(GapReason reason) {
  switch (reason) {
    case GapReason::kNotWatched: return "not watched";
    case GapReason::kEventsLost: return "events lost";
    case GapReason::kQueueFull: return "queue full";
    case GapReason::kSourceGone: return "source gone";
    case GapReason::kStoreRefused: return "store refused";
  }
  return "unknown";
}

}  // namespace

WatcherState read_watcher_state(View& view, const std::optional<Writer>& writer, Instant now) {
  WatcherState state;
  state.report = view.watch_report();
  if (!state.report || !writer || state.report->state == "stopped") return state;
  state.running = writer->process != 0 ? writer->process == state.report->process
                                       : now.value - state.report->written.value < kFresh;
  return state;
}

std::vector<ShownGap> recorded_gaps(View& view, AccountNumber account, Instant from, Instant until) {
  std::vector<ShownGap> shown;
  for (auto& gap : view.gaps(account, from, until)) {
    shown.push_back({gap.from, gap.until, reason_text(gap.reason), printable(gap.text), account != kServerAccount});
  }
  return shown;
}

std::vector<ShownGap> open_gaps(const WatcherState& watcher, const std::vector<ShownGap>& recorded) {
  if (!watcher.report) return {};
  const auto& report = *watcher.report;
  if (!watcher.running)
    return {{report.covered_until, kForever, reason_text(GapReason::kNotWatched), "nobody watches"}};
  std::vector<ShownGap> open;
  for (const auto& text : report.open_gaps) {
    const bool closed = std::ranges::any_of(
        recorded, [&](const ShownGap& gap) { return gap.text == printable(text) && gap.until >= report.written; });
    if (!closed) open.push_back({report.covered_until, kForever, "open", printable(text)});
  }
  return open;
}

Json gap_json(const ShownGap& gap) {
  return {{"from", json_instant(gap.from)},
          {"until", json_instant(gap.until)},
          {"reason", gap.reason},
          {"text", json_text(gap.text)}};
}

Json watcher_json(const WatcherState& watcher) {
  if (!watcher.report) return nullptr;
  const auto& report = *watcher.report;
  Json sources = Json::array();
  for (const auto& source : report.sources) {
    sources.push_back({{"source", json_text(source.source)},
                       {"method", source.method.empty() ? Json(nullptr) : Json(json_text(source.method))},
                       {"why", json_text(source.why)}});
  }
  Json open = Json::array();
  for (const auto& text : report.open_gaps) open.push_back(json_text(text));
  return {{"running", watcher.running},
          {"stale", watcher.is_stale()},
          {"state", json_text(report.state)},
          {"process", report.process},
          {"running_since", json_instant(report.running_since)},
          {"reported", json_instant(report.written)},
          {"covered_until", json_instant(report.covered_until)},
          {"sources", sources},
          {"open_gaps", open},
          {"lag_microseconds", report.lag_micros},
          {"waiting", report.waiting},
          {"events", report.events},
          {"hints", report.hints},
          {"looks", report.looks},
          {"recorded", report.recorded},
          {"reconciles", report.reconciles},
          {"overflows", report.overflows},
          {"failures", report.failures}};
}

std::string watcher_text(const WatcherState& watcher) {
  if (!watcher.report) return "never";
  const auto process = "process " + std::to_string(watcher.report->process);
  if (watcher.running) return "running, " + process + ", " + printable(watcher.report->state);
  const auto when = time_text(watcher.report->written) + " UTC";
  if (!watcher.is_stale()) return "not running; stopped at " + when;
  return "not running; " + process + " went without a word after " + when + ": what it said then follows";
}

}  // namespace yestermail
