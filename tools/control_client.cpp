// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/control_client.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/control_messages.h"
#include "tools/purge_messages.h"

namespace yestermail {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLongestAnswer = 64U << 20U;  // Two hundred failures with long names.
constexpr auto kStatusPatience = 2s;
constexpr auto kSettingPatience = 60s;
constexpr auto kScanPatience = 120s;  // It tells how far it is five times a second.

void tell(ScanProgress& progress, const Json& json) {
  const auto tally = tally_of(json);
  json.value("doing", "") == "committing" ? progress.committing(tally) : progress.advanced(tally);
}

}  // namespace

std::optional<ControlClient> ControlClient::connect(const std::string& store) {
  auto socket = connect_control(store);
  if (!socket) return std::nullopt;
  return ControlClient(std::move(*socket), store);
}

ControlClient::ControlClient(Fd socket, std::string store)
    : socket_(std::move(socket)), store_(std::move(store)), channel_(socket_.get(), kLongestAnswer) {}

std::optional<WatchReport> ControlClient::status() {
  std::string line;
  if (!channel_.send(R"({"do":"status"})")) return std::nullopt;
  if (channel_.read(line, kStatusPatience) != LineChannel::Got::kLine) return std::nullopt;
  const auto answer = Json::parse(line, nullptr, false);
  if (!answer.is_object() || !answer.contains("result")) return std::nullopt;
  return decode_watch_report(answer.at("result").dump());
}

ScanReport ControlClient::scan(const ScanOptions& options, ScanProgress& progress) {
  // A refusal may have come before the request: it is read all the same.
  channel_.send(scan_request_json(options).dump());
  std::string line;
  while (channel_.read(line, kScanPatience) == LineChannel::Got::kLine) {
    try {
      const auto answer = Json::parse(line);
      if (answer.contains("result")) return scan_report_of(answer.at("result"));
      if (answer.contains("error")) {
        const auto error = error_of(answer.at("error"));
        throw Error(error.code(), printable(store_) + ": the process that watches it did not scan: " + error.what());
      }
      tell(progress, answer.at("progress"));
    } catch (const Json::exception&) {
      throw Error(Errc::kFailed, printable(store_) +
                                     ": the process that watches it answered something else: is it of "
                                     "another version?");
    }
  }
  throw Error(Errc::kFailed, printable(store_) +
                                 ": the process that watches it went away during the scan; what was recorded until "
                                 "then is safe: scan again");
}

void ControlClient::put_setting(const Setting& setting, Existing existing) {
  ask_for_setting(put_setting_json(setting, existing));
}

void ControlClient::remove_setting(std::string_view name) { ask_for_setting(remove_setting_json(name)); }

void ControlClient::ask_for_setting(const Json& request) {
  channel_.send(request.dump());
  std::string line;
  if (channel_.read(line, kSettingPatience) != LineChannel::Got::kLine) {
    throw Error(Errc::kFailed, printable(store_) +
                                   ": the process that watches it does not answer: see whether the setting is there, "
                                   "and try again");
  }
  const auto answer = Json::parse(line, nullptr, false);
  if (answer.is_object() && answer.contains("result")) return;
  if (answer.is_object() && answer.contains("error")) throw error_of(answer.at("error"));
  throw Error(Errc::kFailed,
              printable(store_) + ": the process that watches it answered something else: is it of another version?");
}

PurgeResult ControlClient::purge(const Json& request) {
  channel_.send(request.dump());
  std::string line;
  while (channel_.read(line, kScanPatience) == LineChannel::Got::kLine) {
    try {
      const auto answer = Json::parse(line);
      if (answer.contains("result")) return purge_result_of(answer.at("result"));
      if (answer.contains("error")) throw error_of(answer.at("error"));
    } catch (const Json::exception&) {
      throw Error(Errc::kFailed, printable(store_) +
                                     ": the process that watches it answered something else: is it of "
                                     "another version?");
    }
  }
  throw Error(Errc::kFailed, printable(store_) +
                                 ": the process that watches it went away during the purge; what was begun is "
                                 "finished when the store is opened for writing next");
}

}  // namespace yestermail
