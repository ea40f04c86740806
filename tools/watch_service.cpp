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
#include "tools/import_messages.h"
#include "tools/import_origin.h"
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

/// Tells a relay that the import has ended, however that was.
class Ended {
 public:
  explicit Ended(ImportRelay& relay) : relay_(relay) {}
  Ended(const Ended&) = delete;
  Ended& operator=(const Ended&) = delete;
  ~Ended() { relay_.end(); }

 private:
  ImportRelay& relay_;
};

}  // namespace

/// Lets stop() reach the relay as long as there is one.
class WatchService::Lent {
 public:
  Lent(WatchService& service, ImportRelay& relay) : service_(service) {
    const std::lock_guard lock(service_.mutex_);
    service_.relay_ = &relay;
    if (service_.stopped_) relay.stop();
  }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  ~Lent() {
    const std::lock_guard lock(service_.mutex_);
    service_.relay_ = nullptr;
  }

 private:
  WatchService& service_;
};

Json WatchService::answer(const Json& request, const Progress& progress) {
  const auto what = request.find("do");
  if (what == request.end() || !what->is_string()) throw Error(Errc::kUsage, "the request has no \"do\"");
  if (*what == "scan") return scan(request, progress);
  if (*what == "purge") return purge(request, progress);
  if (*what == "import") return import(request, progress);
  if (*what == "put_setting") return put_setting(request);
  if (*what == "remove_setting") return remove_setting(request);
  if (*what != "status") {
    throw Error(Errc::kUsage,
                "\"" + printable(what->get<std::string>()) +
                    "\" is not known: there are status, scan, import, purge, put_setting and remove_setting");
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
  watch_.with_recorder([&](Recorder& recorder) { yestermail::put_setting(recorder, wanted, how, world_.clock.now()); });
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
      if (erasure) remember_erased(recorder, requests, *erasure, world_.clock.now());
      result = recorder.purge(requests);
    });
  });
  while (work.wait_for(kTellAgain) != std::future_status::ready) progress({{"doing", "purging"}});
  work.get();
  return purge_result_json(result);
}

void WatchService::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (relay_ != nullptr) relay_->stop();
}

Json WatchService::import(const Json& request, const Progress& progress) {
  auto wanted = import_request_of(request);
  const std::unique_lock one(importing_, std::try_to_lock);
  if (!one) throw Error(Errc::kLocked, "another import is at work: wait until it is done");
  wanted.order.spool_directory = store_ + "/tmp";
  ImportRelay relay;
  const Lent lent(*this, relay);
  auto work = std::async(std::launch::async, [&] {
    const Ended ended(relay);
    const auto origin = open_origin(world_, wanted.from, wanted.at, store_);
    ImportTally tally;
    watch_.with_recorder([&](Recorder& recorder) {
      wanted.order.is_erased = erased_from(recorder.view());
      tally = import_state({recorder.view(), &recorder}, origin, wanted.order, world_.log, relay);
    });
    return tally;
  });
  while (!relay.is_done()) progress(relay.next(kTellAgain));
  try {
    return import_tally_json(work.get());
  } catch (const ImportStopped&) {
    throw Error(
        Errc::kFailed,
        "the watcher is being stopped, or reads its configuration anew; what was told until now is safe: import again");
  }
}

}  // namespace yestermail
