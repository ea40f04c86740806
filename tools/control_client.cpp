// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/control_client.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/control_messages.h"
#include "tools/import_relay.h"
#include "tools/purge_messages.h"

namespace yestermail {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLongestAnswer = 64U << 20U;  // Two hundred failures with long names.
constexpr auto kStatusPatience = 2s;
constexpr auto kSettingPatience = 60s;
constexpr auto kWorkPatience = 120s;  // It tells how far it is five times a second.

/// The result of an answer, read as what it should be.
template <class Read>
auto understood(const std::string& store, Read read) {
  try {
    return read();
  } catch (const Json::exception&) {
    throw Error(Errc::kFailed,
                printable(store) + ": the process that watches it answered something else: is it of another version?");
  }
}

}  // namespace

std::optional<ControlClient> ControlClient::connect(const std::string& store) {
  auto socket = connect_control(store);
  if (!socket) return std::nullopt;
  return ControlClient(std::move(*socket), store);
}

ControlClient::ControlClient(Fd socket, std::string store)
    : socket_(std::move(socket)), store_(std::move(store)), channel_(socket_.get(), kLongestAnswer) {}

// A refusal may have come before the request: it is read even where that could not be sent.
Json ControlClient::ask(const Json& request, const Manner& manner) {
  channel_.send(request.dump());
  std::string line;
  while (channel_.read(line, manner.patience) == LineChannel::Got::kLine) {
    const auto answer = Json::parse(line);
    if (answer.contains("result")) return answer.at("result");
    if (answer.contains("error")) {
      const auto error = error_of(answer.at("error"));
      throw Error(error.code(), manner.refused.empty() ? error.what()
                                                       : printable(store_) + ": the process that watches it " +
                                                             manner.refused + ": " + error.what());
    }
    const auto& progress = answer.at("progress");
    if (manner.progress) manner.progress(progress);
  }
  throw Error(Errc::kFailed, printable(store_) + ": the process that watches it " + manner.silent);
}

std::optional<WatchReport> ControlClient::status() {
  try {
    return decode_watch_report(ask({{"do", "status"}}, {kStatusPatience, "does not answer"}).dump());
  } catch (const Error&) {
    return std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

ScanReport ControlClient::scan(const ScanOptions& options, ScanProgress& progress) {
  const auto tell = [&](const Json& json) {
    const auto tally = tally_of(json);
    json.value("doing", "") == "committing" ? progress.committing(tally) : progress.advanced(tally);
  };
  const Manner manner{kWorkPatience, "went away during the scan; what was recorded until then is safe: scan again",
                      "did not scan", tell};
  return understood(store_, [&] { return scan_report_of(ask(scan_request_json(options), manner)); });
}

void ControlClient::put_setting(const Setting& setting, Existing existing) {
  ask_for_setting(put_setting_json(setting, existing));
}

void ControlClient::remove_setting(std::string_view name) { ask_for_setting(remove_setting_json(name)); }

void ControlClient::ask_for_setting(const Json& request) {
  const Manner manner{kSettingPatience, "does not answer: see whether the setting is there, and try again"};
  understood(store_, [&] { return ask(request, manner); });
}

PurgeResult ControlClient::purge(const Json& request) {
  const Manner manner{kWorkPatience,
                      "went away during the purge; what was begun is finished when the store is opened for writing "
                      "next"};
  return understood(store_, [&] { return purge_result_of(ask(request, manner)); });
}

ImportTally ControlClient::import(const ImportRequest& request, ImportProgress& progress) {
  const Manner manner{kWorkPatience,
                      "went away during the import; what was told until then is safe: import again when it runs",
                      "did not import", [&](const Json& json) { hand_on(json, progress); }};
  return understood(store_, [&] { return import_tally_of(ask(import_request_json(request), manner)); });
}

}  // namespace yestermail
