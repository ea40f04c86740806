// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/watch_report.h"

#include <nlohmann/json.hpp>

namespace yestermail {
namespace {

using Json = nlohmann::ordered_json;

// Lines for people may quote names of files; what is no UTF-8 in them is replaced, not a reason to fail.
constexpr auto kReplace = Json::error_handler_t::replace;

template <class Value>
void read(const Json& json, const char* key, Value& to) {
  if (const auto found = json.find(key); found != json.end()) to = found->get<Value>();
}

void read_instant(const Json& json, const char* key, Instant& to) { read(json, key, to.value); }

}  // namespace

std::string encode_watch_report(const WatchReport& report) {
  Json sources = Json::array();
  for (const auto& source : report.sources) {
    sources.push_back({{"source", source.source}, {"method", source.method}, {"why", source.why}});
  }
  const Json json{{"process", report.process},
                  {"written", report.written.value},
                  {"running_since", report.running_since.value},
                  {"covered_until", report.covered_until.value},
                  {"state", report.state},
                  {"sources", sources},
                  {"open_gaps", report.open_gaps},
                  {"lag_micros", report.lag_micros},
                  {"waiting", report.waiting},
                  {"events", report.events},
                  {"hints", report.hints},
                  {"looks", report.looks},
                  {"recorded", report.recorded},
                  {"reconciles", report.reconciles},
                  {"overflows", report.overflows},
                  {"failures", report.failures}};
  return json.dump(2, ' ', false, kReplace) + "\n";
}

std::optional<WatchReport> decode_watch_report(std::string_view text) {
  try {
    const auto json = Json::parse(text);
    WatchReport report;
    read(json, "process", report.process);
    read_instant(json, "written", report.written);
    read_instant(json, "running_since", report.running_since);
    read_instant(json, "covered_until", report.covered_until);
    read(json, "state", report.state);
    for (const auto& source : json.at("sources")) {
      SourceWatch watch;
      read(source, "source", watch.source);
      read(source, "method", watch.method);
      read(source, "why", watch.why);
      report.sources.push_back(std::move(watch));
    }
    read(json, "open_gaps", report.open_gaps);
    read(json, "lag_micros", report.lag_micros);
    read(json, "waiting", report.waiting);
    read(json, "events", report.events);
    read(json, "hints", report.hints);
    read(json, "looks", report.looks);
    read(json, "recorded", report.recorded);
    read(json, "reconciles", report.reconciles);
    read(json, "overflows", report.overflows);
    read(json, "failures", report.failures);
    return report;
  } catch (const Json::exception&) {
    return std::nullopt;  // Cut off by a power cut, or somebody's own file.
  }
}

}  // namespace yestermail
