// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/account_census.h"

#include <algorithm>

#include "base/error.h"
#include "store/origin.h"

namespace yestermail {
namespace {

std::unique_ptr<const Beneath> hold(OpenResult opened) {
  return std::make_unique<const Beneath>(std::move(std::get<Opened>(opened)));
}

void open_extra(AccountRun& run, TreeKind kind, const TreePlace& place, ScanTotals& totals) {
  auto opened = open_place(place);
  if (const auto* denial = std::get_if<Denial>(&opened)) {
    if (denial->kind == Denial::Kind::kGone) return;  // Nothing has been put there yet.
    return totals.account_failed(printable(run.name) + ": " + printable(place.anchor + "/" + place.below) + ": " +
                                 denial->why);
  }
  run.trees[static_cast<std::size_t>(kind)] = hold(std::move(opened));
}

}  // namespace

AccountCensus::AccountCensus(Recorder& recorder, const std::vector<SourceSpec>& specs, const AccountPatterns& patterns,
                             ScanTotals& totals)
    : recorder_(recorder), totals_(totals), import_(patterns.import) {
  find_all(specs, patterns);
  for (auto& account : recorder_.view().accounts(kForever)) {
    if (!import_ && is_imported(account)) {
      imported_.insert(account.name);
    } else {
      recorded_.emplace(account.name, std::move(account));
    }
  }
  if (!import_) find_ended(specs, patterns);
}

void AccountCensus::find_all(const std::vector<SourceSpec>& specs, const AccountPatterns& patterns) {
  for (const auto& spec : specs) {
    auto found = find_accounts(spec);
    for (const auto& failure : found.failures) totals_.account_failed(failure);
    readable_.push_back(found.anchor_opened);
    if (found.accounts.empty() && found.failures.empty()) {
      totals_.account_failed("source " + printable(spec.text()) + ": no mail tree stands there");
    }
    for (auto& account : found.accounts) {
      on_disk_.push_back(account.name);
      if (!patterns.wants(account.name)) continue;
      const auto name = account.name;
      if (!found_.try_emplace(name, std::move(account)).second) {
        totals_.account_failed(printable(name) +
                               ": two sources have an account of this name; only the first is scanned");
      }
    }
  }
  std::ranges::sort(on_disk_);
}

/// Accounts that the store has and these sources had, and that are not on the disk any more.
void AccountCensus::find_ended(const std::vector<SourceSpec>& specs, const AccountPatterns& patterns) {
  for (const auto& [name, account] : recorded_) {
    if (std::ranges::binary_search(on_disk_, name) || !patterns.wants(name)) continue;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      const auto source = account_in(specs[i], name);
      if (!readable_[i] || !source || source->source != account.source) continue;
      const auto absence = confirm_absence(*source, remembered_parent(account.number));
      if (absence.kind == Absence::Kind::kGone) {
        ended_.push_back(account);
      } else if (absence.kind == Absence::Kind::kThere) {
        totals_.account_failed(printable(name) + ": its directory is there, but it is no mail tree any more");
      } else {
        totals_.account_failed(printable(name) + ": " + absence.why);
      }
      break;
    }
  }
}

std::optional<std::uint64_t> AccountCensus::remembered_parent(AccountNumber number) {
  for (const auto& [item, mark] : recorder_.marks(number)) {
    if (item == kNoItem) return mark.inode;
  }
  return std::nullopt;
}

AccountNumber AccountCensus::number_of(const AccountSource& source) {
  Account profile;
  profile.name = import_ ? import_->at(source.name) : source.name;
  profile.source = import_ ? imported_source(source.source) : source.source;
  profile.layout = source.layout;
  if (const auto known = recorded_.find(profile.name); known != recorded_.end()) {
    if (import_ && known->second.source != profile.source) {
      throw Error(Errc::kUsage, "account " + printable(profile.name) + ": is there already and comes from " +
                                    printable(known->second.source) + ": give the imported one another name");
    }
    return known->second.number;
  }
  // What was imported is not the live mailbox: it ends where that begins, so that nothing of it seems deleted there.
  profile.number = recorder_.add_account(profile);
  totals_.count([&](ScanReport& report) {
    ++report.accounts_added;
    report.accounts_ended += imported_.erase(profile.name);
  });
  return recorded_.emplace(profile.name, profile).first->second.number;
}

std::shared_ptr<AccountRun> open_account(const AccountSource& source, ScanTotals& totals) {
  auto mail = open_place(source.mail);
  if (const auto* denial = std::get_if<Denial>(&mail)) {
    totals.account_failed(printable(source.name) + ": its mail directory: " + denial->why);
    return nullptr;
  }
  auto run = std::make_shared<AccountRun>();
  run->name = source.name;
  run->parent_inode = parent_inode(source);
  run->trees[static_cast<std::size_t>(TreeKind::kMail)] = hold(std::move(mail));
  if (source.home) open_extra(*run, TreeKind::kHome, *source.home, totals);
  if (source.control) open_extra(*run, TreeKind::kControl, *source.control, totals);
  return run;
}

}  // namespace yestermail
