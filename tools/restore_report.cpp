// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/restore_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/fd_stream.h"
#include "tools/items.h"
#include "tools/text.h"

namespace yestermail {
namespace {

const char* outcome_text(Outcome outcome, bool dry_run) {
  switch (outcome) {
    case Outcome::kRestored: return dry_run ? "would restore" : "restored";
    case Outcome::kAlreadyThere: return "already there";
    case Outcome::kSkipped: return "skipped";
    case Outcome::kFailed: break;
  }
  return "failed";
}

}  // namespace

RestoreReport::RestoreReport(Environment& env, bool json, bool dry_run)
    : env_(env),
      json_(json),
      dry_run_(dry_run),
      sink_([this](const ItemReport& report) { take(report); }),
      array_(json ? env.out : env.err),
      begun_(env.clock.now()) {}

std::uint64_t RestoreReport::count() const { return counts_[0] + counts_[1] + counts_[2] + counts_[3]; }

void RestoreReport::take(const ItemReport& report) {
  ++counts_.at(static_cast<std::size_t>(report.outcome));
  damaged_ = damaged_ || (report.outcome == Outcome::kFailed && report.error == Errc::kDamage);
  draw(true);
  try {
    if (!unread_) print(report);
  } catch (const OutputClosed&) {
    unread_ = true;  // Whoever read has read enough; the rest is restored all the same.
  }
  draw(false);
}

void RestoreReport::print(const ItemReport& report) {
  const auto& version = report.item.version;
  if (json_) {
    Json json{{"what", outcome_text(report.outcome, dry_run_)}, {"folder", json_text(report.item.folder)}};
    json["file"] = report.name.empty() ? Json(nullptr) : Json(json_text(report.name));
    json["why"] = report.why.empty() ? Json(nullptr) : Json(report.why);
    json.update(item_json(version));
    return array_.add(json);
  }
  env_.out << padded(outcome_text(report.outcome, dry_run_), 13) << "  " << padded(printable(report.item.folder), 16)
           << "  " << padded(tagged(version.item), 6) << "  " << headline(version.state)
           << (report.why.empty() ? "" : ": " + report.why) << "\n";
}

int RestoreReport::end() {
  draw(true);
  if (json_) {
    array_.end();
  } else if (!unread_) {
    env_.out << count_text(count(Outcome::kRestored)) << " " << outcome_text(Outcome::kRestored, dry_run_) << ", "
             << count_text(count(Outcome::kAlreadyThere)) << " already there, " << count_text(count(Outcome::kSkipped))
             << " skipped, " << count_text(count(Outcome::kFailed)) << " failed\n";
  }
  const auto well = count(Outcome::kRestored) + count(Outcome::kAlreadyThere);
  if (damaged_) return exit_status(Errc::kDamage);
  if (count(Outcome::kFailed) > 0) return exit_status(well > 0 ? Errc::kPartial : Errc::kFailed);
  return well > 0 ? 0 : exit_status(Errc::kFailed);
}

/// A line on a terminal, a few times a second.
void RestoreReport::draw(bool erase) {
  constexpr std::int64_t kBetween = kMicrosPerSecond / 5;
  if (!env_.terminal) return;
  if (erase) {
    if (drawn_ != Instant{0}) env_.err << "\r\x1b[K";
    return;
  }
  const auto now = env_.clock.now();
  if (now.value - drawn_.value < kBetween) return;
  drawn_ = now;
  const auto micros = std::max<std::int64_t>(now.value - begun_.value, 1);
  const auto rate = static_cast<double>(count()) * kMicrosPerSecond / static_cast<double>(micros);
  env_.err << count_text(count()) << " items, " << count_text(static_cast<std::uint64_t>(rate)) << " a second"
           << std::flush;
}

}  // namespace yestermail
