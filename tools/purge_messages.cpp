// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/purge_messages.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/control_messages.h"

namespace yestermail {
namespace {

constexpr std::size_t kMostSpans = 1500;  ///< of a request: some 30 KB

/// Ids that follow one another, as [first, last]: most versions that go have been there side by side.
std::vector<std::pair<std::uint64_t, std::uint64_t>> spans_of(const std::vector<VersionId>& ids) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> spans;
  for (const auto id : ids) {
    if (!spans.empty() && spans.back().second + 1 == id.value) {
      ++spans.back().second;
    } else {
      spans.emplace_back(id.value, id.value);
    }
  }
  return spans;
}

Json empty_request(const std::optional<std::string>& erasure) {
  Json request{{"do", "purge"}, {"accounts", Json::array()}};
  if (erasure) request["erasure"] = json_text(*erasure);
  return request;
}

PurgeRequest request_of(const Json& json) {
  constexpr std::uint64_t kMostVersions = 10'000'000;
  PurgeRequest request;
  request.account = AccountNumber{json.at("account").get<std::uint32_t>()};
  request.whole = json.value("whole", false);
  for (const auto& span : json.value("versions", Json::array())) {
    const auto first = span.at(0).get<std::uint64_t>();
    const auto last = span.at(1).get<std::uint64_t>();
    const bool rises = request.versions.empty() || request.versions.back().value < first;
    if (!rises || first == 0 || last < first || last - first >= kMostVersions) {
      throw Error(Errc::kUsage, "\"versions\" do not rise, or are too many");
    }
    for (auto id = first; id <= last; ++id) request.versions.push_back(VersionId{id});
  }
  return request;
}

}  // namespace

std::vector<Json> purge_requests_json(std::span<const PurgeRequest> requests,
                                      const std::optional<std::string>& erasure) {
  std::vector<Json> all{empty_request(erasure)};
  std::size_t used = 0;
  for (const auto& request : requests) {
    const auto spans = spans_of(request.versions);
    std::size_t at = 0;
    do {
      if (used >= kMostSpans) {
        all.push_back(empty_request(erasure));
        used = 0;
      }
      Json some = Json::array();
      for (; at < spans.size() && used < kMostSpans; ++at, ++used) some.push_back({spans[at].first, spans[at].second});
      ++used;
      all.back()["accounts"].push_back(
          {{"account", request.account.value}, {"whole", request.whole}, {"versions", std::move(some)}});
    } while (at < spans.size());
  }
  return all;
}

std::vector<PurgeRequest> purge_requests_of(const Json& request) {
  try {
    read_members(request,
                 [](const std::string& key, const Json& /*value*/) { return key == "accounts" || key == "erasure"; });
    std::vector<PurgeRequest> requests;
    for (const auto& one : request.at("accounts")) requests.push_back(request_of(one));
    return requests;
  } catch (const Json::exception&) {
    throw Error(Errc::kUsage, "a purge needs \"accounts\": a list of account, whole and versions");
  }
}

std::optional<std::string> erasure_of(const Json& request) {
  const auto note = request.find("erasure");
  if (note == request.end()) return std::nullopt;
  if (!note->is_string()) throw Error(Errc::kUsage, "\"erasure\" is a text");
  return bytes_of_json_text(note->get<std::string>());
}

Json purge_result_json(const PurgeResult& result) {
  Json left = Json::array();
  for (const auto& why : result.left) left.push_back(json_text(why));
  return {{"versions", result.versions},
          {"blobs", result.blobs},
          {"bytes_before", result.bytes_before},
          {"bytes_after", result.bytes_after},
          {"left", std::move(left)}};
}

PurgeResult purge_result_of(const Json& json) {
  PurgeResult result;
  result.versions = json.at("versions").get<std::uint64_t>();
  result.blobs = json.at("blobs").get<std::uint64_t>();
  result.bytes_before = json.at("bytes_before").get<std::uint64_t>();
  result.bytes_after = json.at("bytes_after").get<std::uint64_t>();
  for (const auto& why : json.at("left")) result.left.push_back(bytes_of_json_text(why.get<std::string>()));
  return result;
}

void add_to(PurgeResult& sum, const PurgeResult& next) {
  if (sum.bytes_before == 0) sum.bytes_before = next.bytes_before;
  sum.versions += next.versions;
  sum.blobs += next.blobs;
  sum.bytes_after = next.bytes_after;
  sum.left.insert(sum.left.end(), next.left.begin(), next.left.end());
}

}  // namespace yestermail
