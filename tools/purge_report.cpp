// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/purge_report.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "policy/erasure_writer.h"
#include "tools/control_client.h"
#include "tools/json_output.h"
#include "tools/purge_messages.h"
#include "tools/text.h"
#include "tools/writer_probe.h"

namespace yestermail {
namespace {

PurgeResult purge_here(StoreWorld world, const std::string& store, std::span<const PurgeRequest> requests,
                       const PurgeManner& manner) {
  try {
    const auto recorder = open_recorder(world, store);
    if (manner.erasure) remember_erased(*recorder, requests, *manner.erasure, world.clock.now());
    return recorder->purge(requests);
  } catch (const Error& error) {
    if (error.code() != Errc::kLocked) throw;
    throw_locked(store);
  }
}

/// What would go, as far as it can be told beforehand.
PurgeResult foresee(View& view, std::span<const PurgeRequest> requests) {
  PurgeResult result;
  for (const auto& request : requests) {
    result.versions += request.whole ? view.account_figures(request.account).versions
                                     : view.versions(request.account, request.versions).size();
  }
  return result;
}

Json json_texts(const std::vector<std::string>& texts) {
  auto all = Json::array();
  for (const auto& text : texts) all.push_back(json_text(text));
  return all;
}

}  // namespace

int run_purges(Environment& env, StoreWorld world, const std::string& store, View& view,
               std::span<const PurgeRequest> requests, const PurgeManner& manner) {
  PurgeResult result;
  if (manner.dry_run) {
    result = foresee(view, requests);
  } else if (auto daemon = ControlClient::connect(store)) {
    for (const auto& request : purge_requests_json(requests, manner.erasure)) add_to(result, daemon->purge(request));
  } else {
    result = purge_here(world, store, requests, manner);
  }
  if (manner.json) {
    auto document = purge_result_json(result);
    document["dry_run"] = manner.dry_run;
    if (manner.erasure) document["live"] = json_texts(manner.live);
    print_json(env.out, document);
  } else if (manner.dry_run) {
    env.out << "would remove " << counted_text(result.versions, "version") << "\n";
  } else {
    env.out << "removed " << counted_text(result.versions, "version") << " and "
            << counted_text(result.blobs, "content") << "; the store takes " << bytes_text(result.bytes_after)
            << ", before it took " << bytes_text(result.bytes_before) << "\n";
  }
  for (const auto& why : result.left) env.err << "yestermail: not removed: " << printable(why) << "\n";
  return result.left.empty() ? 0 : exit_status(Errc::kPartial);
}

}  // namespace yestermail
