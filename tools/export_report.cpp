// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/export_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::int64_t kRedraw = kMicrosPerSecond / 5;

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
  auto text = "exporting account " + count_text(std::min(total.accounts, accounts)) + " of " + count_text(accounts) +
              ", " + count_text(total.files + total.past) + " files, " + bytes_text(total.bytes);
  if (micros < kMicrosPerSecond || total.bytes == 0) return text;
  const double rate = static_cast<double>(total.bytes) * 1e6 / static_cast<double>(micros);
  if (expected_bytes > total.bytes) {
    const auto left = static_cast<double>(expected_bytes - total.bytes) / rate;
    text += ", " + duration_text(static_cast<std::int64_t>(left * 1e6)) + " left";
  }
  return text + ", " + bytes_text(static_cast<std::uint64_t>(rate)) + "/s";
}

ExportReport::ExportReport(Environment& env, Style style)
    : env_(env), style_(style), told_(style.to_stdout ? env.err : env.out), begun_(env.clock.now()), log_(env.err) {
  if (style.json) array_.emplace(env.out);
}

void ExportReport::advanced(const ExportTally& total) {
  if (env_.terminal) draw(total);
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
  const std::lock_guard lock(mutex_);
  erase_locked();
  told_ << printable(account.directory) << ": " << counts_text(tally) << "\n";
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
    told_ << (style_.dry_run ? "would export " : "exported ") << count_text(total.accounts)
          << (total.accounts == 1 ? " account, " : " accounts, ") << counts_text(total);
    if (!written.path.empty()) told_ << ", as " << printable(written.path) << ", " << bytes_text(written.size);
    const auto micros = std::max<std::int64_t>(env_.clock.now().value - begun_.value, 1);
    if (!style_.dry_run) told_ << ", in " << duration_text(micros);
    told_ << "\n";
  }
  if (total.damaged > 0) return exit_status(Errc::kDamage);
  return total.failed > 0 ? exit_status(Errc::kPartial) : 0;
}

void ExportReport::warning(std::string_view line) {
  const std::lock_guard lock(mutex_);
  erase_locked();
  log_.warning(line);
}

void ExportReport::error(std::string_view line) {
  const std::lock_guard lock(mutex_);
  erase_locked();
  log_.error(line);
}

void ExportReport::erase() {
  const std::lock_guard lock(mutex_);
  erase_locked();
}

void ExportReport::draw(const ExportTally& total) {
  const std::lock_guard lock(mutex_);
  const auto now = env_.clock.now();
  if (now.value - drawn_.value < kRedraw) return;
  drawn_ = now;
  on_screen_ = true;
  // A line as wide as the terminal would wrap and could not be taken back.
  const auto width = std::max(20U, env_.columns) - 1;
  env_.err << "\r\033[K"
           << shortened(export_line_text(total, expected_.accounts, expected_.bytes, now.value - begun_.value), width)
           << std::flush;
}

void ExportReport::erase_locked() {
  if (!on_screen_) return;
  env_.err << "\r\033[K" << std::flush;
  on_screen_ = false;
}

}  // namespace yestermail
