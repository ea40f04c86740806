// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/watch_service.h"

#include <future>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "policy/erasure_writer.h"
#include "policy/holds.h"
#include "policy/setting_check.h"
#include "policy/settings.h"
#include "tools/control_messages.h"
#include "tools/purge_messages.h"

namespace yestermail {
namespace {

using namespace std::chrono_literals;

constexpr auto kTellAgain = 200ms;

/// Keeps what was told last: who asked may be slow to read, and a scan waits for nobody.
class LastProgress final : public ScanProgress {
 public:
  void account_begun(std::string_view /*account*/, const ScanTally& tally) override { keep("scanning", tally); }
  void advanced(const ScanTally& tally) override { keep("scanning", tally); }
  void committing(const ScanTally& tally) override { keep("committing", tally); }

  [[nodiscard]] Json json() const {
    const std::lock_guard lock(mutex_);
    auto json = tally_json(tally_);
    json["doing"] = doing_;
    return json;
  }

 private:
  void keep(const char* doing, const ScanTally& tally) {
    const std::lock_guard lock(mutex_);
    doing_ = doing;
    tally_ = tally;
  }

  mutable std::mutex mutex_;
  const char* doing_ = "waiting";  // Guarded by mutex_, as tally_.
  ScanTally tally_;
};

/// Who asked may have looked before a hold was set.
void refuse_held_accounts(View& view, const std::vector<PurgeRequest>& requests) {
  for (const auto& request : requests) {
    if (const auto account = view.account(request.account)) refuse_held(view, account->name);
  }
}

}  // namespace

Json WatchService::answer(const Json& request, const Progress& progress) {
  const auto what = request.find("do");
  if (what == request.end() || !what->is_string()) throw Error(Errc::kUsage, "the request has no \"do\"");
  if (*what == "scan") return scan(request, progress);
  if (*what == "purge") return purge(request, progress);
  if (*what == "put_setting") return put_setting(request);
  if (*what == "remove_setting") return remove_setting(request);
  if (*what != "status") {
    throw Error(Errc::kUsage, "\"" + printable(what->get<std::string>()) +
                                  "\" is not known: there are status, scan, purge, put_setting and remove_setting");
  }
  if (request.size() > 1) throw Error(Errc::kUsage, "status takes nothing else");
  return status();
}

Json WatchService::status() const { return Json::parse(encode_watch_report(watch_.report())); }

Json WatchService::scan(const Json& request, const Progress& progress) {
  const auto options = scan_request(request);
  LastProgress last;
  auto pass = std::async(std::launch::async, [&] { return watch_.scan(options, &last); });
  while (pass.wait_for(kTellAgain) != std::future_status::ready) progress(last.json());
  return scan_report_json(pass.get());
}

Json WatchService::put_setting(const Json& request) {
  const auto [setting, existing] = put_setting_request(request);
  check_setting(setting);
  const auto& wanted = setting;  // clang 14 cannot capture a structured binding.
  const auto how = existing;
  watch_.with_recorder([&](Recorder& recorder) { yestermail::put_setting(recorder, wanted, how, clock_.now()); });
  return Json::object();
}

Json WatchService::remove_setting(const Json& request) {
  const auto name = remove_setting_request(request);
  watch_.with_recorder([&](Recorder& recorder) { yestermail::remove_setting(recorder, name); });
  return Json::object();
}

Json WatchService::purge(const Json& request, const Progress& progress) {
  const auto requests = purge_requests_of(request);
  const auto erasure = erasure_of(request);
  PurgeResult result;
  auto work = std::async(std::launch::async, [&] {
    watch_.with_recorder([&](Recorder& recorder) {
      refuse_held_accounts(recorder.view(), requests);
      if (erasure) remember_erased(recorder, requests, *erasure, clock_.now());
      result = recorder.purge(requests);
    });
  });
  while (work.wait_for(kTellAgain) != std::future_status::ready) progress({{"doing", "purging"}});
  work.get();
  return purge_result_json(result);
}

}  // namespace yestermail
