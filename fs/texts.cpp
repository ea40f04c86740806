// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/texts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/instant_text.h"
#include "store/check_state_json.h"

namespace yestermail {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostGaps = 10;
constexpr std::size_t kMostText = 200;  // Bytes of a line for people.

Json figures_json(const StoreFigures& figures) {
  return {{"accounts", figures.accounts},           {"items", figures.items},
          {"versions", figures.versions},           {"blobs", figures.blobs},
          {"logical_bytes", figures.logical_bytes}, {"history_bytes", figures.history_bytes},
          {"stored_bytes", figures.stored_bytes},   {"journal_blobs", figures.journal_blobs}};
}

Json counters_json(const RequestCounters& counters) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kRequestNames.size(); ++i) {
    json[std::string(kRequestNames[i])] = counters.of(static_cast<Request>(i));
  }
  return json;
}

Json open_gaps_json(const WatchReport& report) {
  Json json = Json::array();
  for (const auto& text : report.open_gaps) {
    if (json.size() < kMostGaps) json.push_back(text.substr(0, kMostText));
  }
  return json;
}

Json watcher_json(const WatchReport& report) {
  return {{"process", report.process},
          {"state", report.state.substr(0, kMostText)},
          {"reported", instant_text(report.written)},
          {"covered_until", instant_text(report.covered_until)},
          {"lag_microseconds", report.lag_micros},
          {"waiting", report.waiting},
          {"open_gaps", open_gaps_json(report)}};
}

/// The newest of them.
Json gaps_json(const std::vector<Gap>& gaps) {
  Json json = Json::array();
  for (auto i = gaps.size() - std::min(gaps.size(), kMostGaps); i < gaps.size(); ++i) {
    json.push_back({{"from", instant_text(gaps[i].from)},
                    {"until", instant_text(gaps[i].until)},
                    {"text", gaps[i].text.substr(0, kMostText)}});
  }
  return json;
}

/// A text cut amid a character stays valid.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string readme_text() {
  return R"(The past of a mail server, read-only. Everything here is an ordinary folder or file.

latest/                    what is there now
2026-11-22T10-00-00Z/      what was there then (UTC), where something changed
NAME/                      a snapshot: an instant that somebody named. Also at/NAME
at/2026-11-22T10:15:07Z/   any instant: never listed, always there. Also at/2026-11-22,
                           at/yesterday, at/3h-ago, at/2026-11-22T10:15+01:00. The future,
                           and the time before anything was recorded, are not there.
Below each of them, an account is a folder: its mail folders with their messages as .eml
files named by date, sender and subject; @home has its sieve scripts; @server, beside the
accounts, has what was recorded of the server.

maildir/                   the same times, with every file exactly as it was on the
                           server: name, flags, date, mode and owner.

deleted/ACCOUNT/2026-11-22/FOLDER/         what was deleted that day (UTC) and is not there now
history/ACCOUNT/FOLDER/MESSAGE/            each state of a message, as a file named by what happened
changes/2026-11-21..now/ACCOUNT/           between any two instants, as at/ takes them:
                           added/ removed/ changed/
search/QUERY/ACCOUNT/      messages of all times that fit, as "search/from:bob report/": never
                           listed, always there. The man page of yestermail-find has the words.

To bring back a message:   cp "at/yesterday/alice@example.com/INBOX/2026-... .eml" ~/
To bring back a mailbox:   cp -a maildir/at/2026-11-22T10:15:07Z/alice@example.com DIR
To undo a mass deletion:   cp -r changes/yesterday..now/ACCOUNT/removed DIR
To compare two instants:   diff -rq maildir/at/yesterday/ACCOUNT maildir/latest/ACCOUNT

A file that cannot be read (input/output error) is damaged in the store: the mount's log
says which. .status tells what the store holds, as JSON.
)";
}

std::string status_text(const StatusFacts& facts, const RequestCounters& counters) {
  Json json = Json::object();
  if (!facts.store_id.empty()) json["store_id"] = facts.store_id;
  json["last_instant"] = instant_text(facts.last);
  json["store"] = figures_json(facts.figures);
  json["watcher"] = facts.watcher ? watcher_json(*facts.watcher) : Json(nullptr);
  const auto checks = Json::parse(check_state_json(facts.checks));
  json["last_check"] = checks.at("last");
  json["unfinished_check"] = checks.at("unfinished");
  json["damage_found"] = checks.at("damage");
  json["gaps_total"] = facts.gaps.size();
  json["gaps"] = gaps_json(facts.gaps);
  json["requests"] = counters_json(counters);
  auto text = text_of(json);
  for (; text.size() >= kStatusSize && !json["gaps"].empty(); text = text_of(json)) json["gaps"].erase(0);
  if (text.size() >= kStatusSize) {
    json["watcher"]["open_gaps"] = Json::array();
    text = text_of(json);
  }
  text.resize(kStatusSize, ' ');
  text.back() = '\n';
  return text;
}

}  // namespace yestermail
