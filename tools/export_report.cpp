// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/export_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/text.h"

namespace yestermail {
namespace {

void add_counts(Json& json, const ExportTally& tally) {
  json["files"] = tally.files;
  json["directories"] = tally.directories;
  json["versions"] = tally.versions;
  json["past_contents"] = tally.past;
  json["bytes"] = tally.bytes;
  json["failed"] = tally.failed;
  json["damaged"] = tally.damaged;
}

std::string counts_text(const ExportTally& tally) {
  auto text = count_text(tally.files) + " files";
  if (tally.versions > 0) {
    text += ", " + count_text(tally.versions) + " versions, " + count_text(tally.past) + " past contents";
  }
  text += ", " + bytes_text(tally.bytes);
  if (tally.failed > 0) text += ", " + count_text(tally.failed) + " failed";
  return text;
}

}  // namespace

std::string export_line_text(const ExportTally& total, std::uint64_t accounts, std::uint64_t expected_bytes,
                             std::int64_t micros) {
  return "exporting account " + count_text(std::min(total.accounts, accounts)) + " of " + count_text(accounts) + ", " +
         count_text(total.files + total.past) + " files, " + bytes_text(total.bytes) +
         pace_text(total.bytes, expected_bytes, micros);
}

ExportReport::ExportReport(Environment& env, Style style)
    : TerminalLine(env, !style.json), style_(style), told_(style.to_stdout ? env.err : env.out) {
  if (style.json) array_.emplace(env.out);
}

void ExportReport::advanced(const ExportTally& total) {
  draw([&](std::int64_t micros) { return export_line_text(total, expected_.accounts, expected_.bytes, micros); });
}

void ExportReport::failed(const std::string& path, const Refusal& why) {
  error(printable(path) + ": left out: " + printable(why.text));
  if (!array_) return;
  array_->add({{"what", why.code == Errc::kDamage ? "damaged" : "failed"},
               {"path", json_text(path)},
               {"why", json_text(why.text)}});
}

void ExportReport::account_done(const ExportAccount& account, const ExportTally& tally) {
  if (array_) {
    Json json{{"what", "account"},
              {"account", json_text(account.account.name)},
              {"directory", json_text(account.directory)},
              {"instant", json_instant(account.at)}};
    add_counts(json, tally);
    return array_->add(json);
  }
  print(told_, printable(account.directory) + ": " + counts_text(tally) + "\n");
}

int ExportReport::end(const ExportTally& total, const Written& written) {
  erase();
  if (array_) {
    Json json{{"what", "total"}, {"instant", json_instant(written.at)}, {"accounts", total.accounts}};
    json["archive"] = written.path.empty() ? Json(nullptr) : Json(json_text(written.path));
    json["archive_bytes"] = written.size;
    add_counts(json, total);
    array_->add(json);
    array_->end();
  } else {
    told_ << (style_.dry_run ? "would export " : "exported ") << counted_text(total.accounts, "account") << ", "
          << counts_text(total);
    if (!written.path.empty()) told_ << ", as " << printable(written.path) << ", " << bytes_text(written.size);
    if (!style_.dry_run) told_ << ", in " << duration_text(std::max<std::int64_t>(elapsed_micros(), 1));
    told_ << "\n";
  }
  if (total.damaged > 0) return exit_status(Errc::kDamage);
  return total.failed > 0 ? exit_status(Errc::kPartial) : 0;
}

}  // namespace yestermail
