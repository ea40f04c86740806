// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/purge_overview.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/text.h"

namespace yestermail {
namespace {

bool is_told(const AccountPlan& plan) { return !plan.empty() || !plan.held_by.empty() || plan.shown_in_snapshot; }

std::string remark(const AccountPlan& plan) {
  if (!plan.held_by.empty()) return "held by \"" + printable(plan.held_by) + "\": all of it stays";
  if (plan.whole) return "ended " + time_text(plan.account.until) + ": all of it goes";
  if (plan.shown_in_snapshot) return "ended " + time_text(plan.account.until) + ", but a snapshot shows it";
  return "";
}

}  // namespace

void print_plans(std::span<const AccountPlan> plans, std::ostream& out) {
  Table table("lrrrl");
  table.row({"ACCOUNT", "VERSIONS", "ITEMS", "SIZE", ""});
  std::uint64_t versions = 0;
  std::uint64_t bytes = 0;
  bool any = false;
  for (const auto& plan : plans) {
    if (!is_told(plan)) continue;
    any = true;
    versions += plan.version_count;
    bytes += plan.bytes;
    table.row({printable(plan.account.name), count_text(plan.version_count), count_text(plan.items),
               bytes_text(plan.bytes), remark(plan)});
  }
  if (any) table.print(out);
  out << "to be removed: " << count_text(versions) << (versions == 1 ? " version, " : " versions, ")
      << bytes_text(bytes) << "\n";
}

Json plans_json(std::span<const AccountPlan> plans, const std::vector<std::string>& doubts) {
  Json json{{"accounts", Json::array()}, {"doubts", Json::array()}};
  for (const auto& plan : plans) {
    if (!is_told(plan)) continue;
    json["accounts"].push_back({{"account", json_text(plan.account.name)},
                                {"uuid", plan.account.uuid.hex()},
                                {"until", json_instant(plan.account.until)},
                                {"whole", plan.whole},
                                {"versions", plan.version_count},
                                {"items", plan.items},
                                {"bytes", plan.bytes},
                                {"held_by", plan.held_by.empty() ? Json(nullptr) : Json(json_text(plan.held_by))},
                                {"shown_in_snapshot", plan.shown_in_snapshot}});
  }
  for (const auto& doubt : doubts) json["doubts"].push_back(doubt);
  return json;
}

}  // namespace yestermail
