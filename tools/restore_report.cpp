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

RestoreReport::RestoreReport(Environment& env, Style style)
    : env_(env),
      style_(style),
      sink_([this](const ItemReport& report) { take(report); }),
      array_(style.json ? env.out : env.err),
      line_(env, !style.json) {}

std::uint64_t RestoreReport::count() const { return counts_[0] + counts_[1] + counts_[2] + counts_[3]; }

void RestoreReport::begin(const Account& account) {
  account_ = account.name;
  of_account_ = {};
  ++accounts_;
}

void RestoreReport::end_account() {
  if (!style_.many || style_.json) return;
  tell([&] { env_.out << printable(account_) << ": " << sums(of_account_) << "\n"; });
}

void RestoreReport::end_account(const Error& why) {
  ++failed_accounts_;
  damaged_ = damaged_ || why.code() == Errc::kDamage;
  tell([&] {
    if (!style_.json) {
      env_.out << printable(account_) << ": failed: " << why.what() << "\n";
      return;
    }
    array_.add({{"what", "failed"},
                {"account", json_text(account_)},
                {"folder", nullptr},
                {"file", nullptr},
                {"why", why.what()}});
  });
  end_account();
}

void RestoreReport::take(const ItemReport& report) {
  ++counts_.at(static_cast<std::size_t>(report.outcome));
  ++of_account_.at(static_cast<std::size_t>(report.outcome));
  damaged_ = damaged_ || (report.outcome == Outcome::kFailed && report.error == Errc::kDamage);
  tell([&] { print(report); });
}

void RestoreReport::tell(const std::function<void()>& act) {
  line_.erase();
  try {
    if (!unread_) act();
  } catch (const OutputClosed&) {
    unread_ = true;
  }
  line_.draw([&](std::int64_t micros) {
    const auto rate = static_cast<double>(count()) * 1e6 / static_cast<double>(std::max<std::int64_t>(micros, 1));
    return count_text(count()) + " items, " + count_text(static_cast<std::uint64_t>(rate)) + " a second";
  });
}

void RestoreReport::print(const ItemReport& report) {
  const auto& version = report.item.version;
  const auto* what = outcome_text(report.outcome, style_.dry_run);
  if (style_.json) {
    Json json{{"what", what}, {"account", json_text(account_)}, {"folder", json_text(report.item.folder)}};
    json["file"] = report.name.empty() ? Json(nullptr) : Json(json_text(report.name));
    json["why"] = report.why.empty() ? Json(nullptr) : Json(report.why);
    json.update(item_json(version));
    return array_.add(json);
  }
  env_.out << padded(what, 13) << "  ";
  if (style_.many) env_.out << padded(printable(account_), 24) << "  ";
  env_.out << padded(printable(report.item.folder), 16) << "  " << padded(tagged(version.item), 6) << "  "
           << headline(version.state) << (report.why.empty() ? "" : ": " + report.why) << "\n";
}

std::string RestoreReport::sums(const Counts& counts) const {
  const auto of = [&](Outcome outcome) { return count_text(counts.at(static_cast<std::size_t>(outcome))); };
  return of(Outcome::kRestored) + " " + outcome_text(Outcome::kRestored, style_.dry_run) + ", " +
         of(Outcome::kAlreadyThere) + " already there, " + of(Outcome::kSkipped) + " skipped, " + of(Outcome::kFailed) +
         " failed";
}

int RestoreReport::end() {
  if (style_.json) {
    array_.end();
  } else {
    tell([&] {
      if (style_.many) env_.out << counted_text(accounts_, "account") << ": ";
      env_.out << sums(counts_);
      if (failed_accounts_ > 0) env_.out << "; " << counted_text(failed_accounts_, "account") << " failed";
      env_.out << "\n";
    });
    line_.erase();
  }
  const auto of = [&](Outcome outcome) { return counts_.at(static_cast<std::size_t>(outcome)); };
  const bool well = of(Outcome::kRestored) + of(Outcome::kAlreadyThere) > 0;
  if (damaged_) return exit_status(Errc::kDamage);
  if (of(Outcome::kFailed) > 0 || failed_accounts_ > 0) return exit_status(well ? Errc::kPartial : Errc::kFailed);
  return well ? 0 : exit_status(Errc::kFailed);
}

}  // namespace yestermail
