// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/check_report.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/maildir_name.h"
#include "tools/folders.h"
#include "tools/items.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::array<std::string_view, 4> kLevels{"structure", "packs", "frames", "items"};

std::string_view kind_text(FileFinding::Kind kind) {
  switch (kind) {
    case FileFinding::Kind::kDamaged: return "damaged";
    case FileFinding::Kind::kMissing: return "missing";
    default: return "note";
  }
}

std::string folder_of(const ItemFinding& item) {
  auto directories = item.directories;
  if (!directories.empty() && is_folder_part(directories.back())) directories.pop_back();
  return readable_path(item.layout, directories);
}

void print_item(const ItemFinding& item, std::ostream& out) {
  const auto& last = item.versions.back();
  out << "item     " << printable(item.account_name + "/" + folder_of(item) + "/") << tagged(item.item) << " "
      << printable(item.name) << ": " << counted_text(item.versions.size(), "version") << " from "
      << time_text(item.versions.front().since) << " to " << (last.until == kForever ? "now" : time_text(last.until))
      << " cannot be read: " << printable(item.why) << "\n";
}

void print_tally(const CheckFindings& findings, std::int64_t micros, std::ostream& out) {
  const auto& tally = findings.tally;
  out << "checked " << counted_text(tally.accounts, "account") << ", " << counted_text(tally.logs, "log");
  if (findings.level >= CheckLevel::kPacks) {
    out << ", " << counted_text(tally.packs, "pack") << " of " << bytes_text(tally.bytes_read);
  }
  if (findings.level >= CheckLevel::kFrames) out << ", " << count_text(tally.blobs) << " blobs and parts";
  if (findings.level >= CheckLevel::kItems) out << " (" << count_text(tally.joined) << " joined)";
  if (tally.bytes_hashed > 0) out << " of " << bytes_text(tally.bytes_hashed);
  out << " in " << duration_text(micros) << "\n";
}

}  // namespace

std::string_view level_text(CheckLevel level) { return kLevels.at(static_cast<std::size_t>(level) - 1); }

std::string last_check_text(const LastCheck& last, Instant now) {
  return time_text(last.at) + " UTC, " + duration_text(now.value - last.at.value) + " ago, down to " +
         std::string(level_text(last.level)) + (last.damaged ? ": DAMAGE was found" : ": nothing damaged");
}

void print_findings(const CheckFindings& findings, std::int64_t micros, std::ostream& out) {
  std::uint64_t files = 0;
  for (const auto& file : findings.files) {
    out << padded(kind_text(file.kind), 8) << " " << printable(file.path) << ": " << printable(file.what) << "\n";
    files += file.kind == FileFinding::Kind::kNote ? 0U : 1U;
  }
  for (const auto& item : findings.items) print_item(item, out);
  if (findings.items_total > findings.items.size()) {
    out << "and " << count_text(findings.items_total - findings.items.size()) << " items more\n";
  }
  print_tally(findings, micros, out);
  if (findings.left > 0) out << count_text(findings.left) << " packs or accounts were left for want of time\n";
  if (!findings.damaged()) {
    out << "nothing is damaged\n";
    return;
  }
  out << counted_text(files, "finding") << " of damage; " << counted_text(findings.items_total, "item") << " ("
      << counted_text(findings.versions_total, "version") << ") cannot be read\n";
}

Json findings_json(const CheckFindings& findings, std::int64_t micros) {
  Json files = Json::array();
  for (const auto& file : findings.files) {
    files.push_back({{"kind", kind_text(file.kind)},
                     {"file", json_text(file.path)},
                     {"what", json_text(file.what)},
                     {"derived", file.is_derived()}});
  }
  Json items = Json::array();
  for (const auto& item : findings.items) {
    Json versions = Json::array();
    for (const auto& version : item.versions) {
      versions.push_back({{"version", version.id.value},
                          {"since", json_instant(version.since)},
                          {"until", json_instant(version.until)},
                          {"digest", version.digest.hex()}});
    }
    items.push_back({{"account", json_text(item.account_name)},
                     {"folder", json_text(folder_of(item))},
                     {"item", tagged(item.item)},
                     {"name", json_text(item.name)},
                     {"why", json_text(item.why)},
                     {"versions", versions}});
  }
  const auto& tally = findings.tally;
  return {{"level", static_cast<unsigned>(findings.level)},
          {"damaged", findings.damaged()},
          {"files", files},
          {"items", items},
          {"items_total", findings.items_total},
          {"versions_total", findings.versions_total},
          {"left", findings.left},
          {"accounts", tally.accounts},
          {"logs", tally.logs},
          {"versions", tally.versions},
          {"packs", tally.packs},
          {"frames", tally.frames},
          {"blobs", tally.blobs},
          {"joined", tally.joined},
          {"bytes_read", tally.bytes_read},
          {"bytes_hashed", tally.bytes_hashed},
          {"microseconds", micros}};
}

void print_repair(const RepairReport& report, std::ostream& out) {
  for (const auto& line : report.done) out << "healed   " << printable(line) << "\n";
  for (const auto& line : report.left) out << "left     " << printable(line) << "\n";
  out << "repaired: " << counted_text(report.healed, "blob") << " can be read again, " << count_text(report.lost)
      << " cannot\n";
}

Json repair_json(const RepairReport& report) {
  Json done = Json::array();
  for (const auto& line : report.done) done.push_back(json_text(line));
  Json left = Json::array();
  for (const auto& line : report.left) left.push_back(json_text(line));
  return {{"done", done}, {"left", left}, {"healed", report.healed}, {"lost", report.lost}};
}

}  // namespace yestermail
