// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/scan.h"

#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/error.h"
#include "scanner/account_source.h"
#include "scanner/pipeline.h"
#include "scanner/reconcile.h"
#include "scanner/totals.h"

namespace yestermail {
namespace {

bool matches_any(const std::vector<std::string>& patterns, const std::string& name) {
  return std::ranges::any_of(patterns,
                             [&](const std::string& p) { return ::fnmatch(p.c_str(), name.c_str(), 0) == 0; });
}

bool is_wanted(const ScanOptions& options, const std::string& name) {
  return (options.accounts.empty() || matches_any(options.accounts, name)) && !matches_any(options.exclude, name);
}

/// One scan from beginning to end.
class Scan {
 public:
  Scan(Recorder& recorder, Log& log, const std::vector<std::string>& sources, const ScanOptions& options,
       ScanProgress* progress)
      : recorder_(recorder), options_(options), totals_(log, progress) {
    for (const auto& source : sources) specs_.emplace_back(source);
  }

  ScanReport run() {
    find_all();
    for (auto& account : recorder_.view().accounts(kForever)) recorded_.emplace(account.name, std::move(account));
    find_ended();
    totals_.accounts_found(found_.size());
    {
      const auto session = recorder_.begin_bulk();
      Pipeline pipeline(recorder_.view(), *session, totals_, options_.threads, options_.largest_file);
      std::size_t planned = 0;
      for (const auto& [name, source] : found_) {
        scan_account(source, pipeline);
        totals_.account_planned(++planned == found_.size());
      }
      pipeline.complete();
    }
    for (const auto number : ended_) {
      recorder_.end_account(number);
      totals_.count([](ScanReport& report) { ++report.accounts_ended; });
    }
    return totals_.report();
  }

 private:
  void find_all() {
    for (const auto& spec : specs_) {
      auto found = find_accounts(spec);
      for (const auto& failure : found.failures) totals_.account_failed(failure);
      readable_.push_back(found.anchor_opened);
      if (found.accounts.empty() && found.failures.empty()) {
        totals_.account_failed("source " + printable(spec.text()) + ": no mail tree stands there");
      }
      for (auto& account : found.accounts) {
        on_disk_.push_back(account.name);
        if (!is_wanted(options_, account.name)) continue;
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
  void find_ended() {
    for (const auto& [name, account] : recorded_) {
      if (std::ranges::binary_search(on_disk_, name) || !is_wanted(options_, name)) continue;
      for (std::size_t i = 0; i < specs_.size(); ++i) {
        const auto source = account_in(specs_[i], name);
        if (!readable_[i] || !source || source->source != account.source) continue;
        const auto absence = confirm_absence(*source, remembered_parent(account.number));
        if (absence.kind == Absence::Kind::kGone) {
          ended_.push_back(account.number);
        } else if (absence.kind == Absence::Kind::kThere) {
          totals_.account_failed(printable(name) + ": its directory is there, but it is no mail tree any more");
        } else {
          totals_.account_failed(printable(name) + ": " + absence.why);
        }
        break;
      }
    }
  }

  std::optional<std::uint64_t> remembered_parent(AccountNumber number) {
    for (const auto& [item, mark] : recorder_.marks(number)) {
      if (item == kNoItem) return mark.inode;
    }
    return std::nullopt;
  }

  void scan_account(const AccountSource& source, Pipeline& pipeline) {
    try {
      auto run = begin(source);
      if (run) Reconciler(std::move(run), recorder_, totals_, pipeline, options_.full).reconcile();
    } catch (const Error& error) {
      // A damaged history of one account is no reason to leave the others unrecorded.
      if (error.code() != Errc::kDamage) throw;
      totals_.account_failed(printable(source.name) + ": " + error.what());
    }
  }

  std::shared_ptr<AccountRun> begin(const AccountSource& source) {
    totals_.account_begun(source.name);
    auto mail = open_place(source.mail);
    if (const auto* denial = std::get_if<Denial>(&mail)) {
      totals_.account_failed(printable(source.name) + ": its mail directory: " + denial->why);
      return nullptr;
    }
    auto run = std::make_shared<AccountRun>();
    run->name = source.name;
    run->number = number_of(source);
    run->parent_inode = parent_inode(source);
    run->trees[static_cast<std::size_t>(TreeKind::kMail)] = hold(std::move(mail));
    if (source.home) open_extra(*run, TreeKind::kHome, *source.home);
    if (source.control) open_extra(*run, TreeKind::kControl, *source.control);
    return run;
  }

  static std::unique_ptr<const Beneath> hold(OpenResult opened) {
    return std::make_unique<const Beneath>(std::move(std::get<Opened>(opened)));
  }

  void open_extra(AccountRun& run, TreeKind kind, const Place& place) {
    auto opened = open_place(place);
    if (const auto* denial = std::get_if<Denial>(&opened)) {
      if (denial->kind == Denial::Kind::kGone) return;  // Nothing has been put there yet.
      return totals_.account_failed(printable(run.name) + ": " + printable(place.anchor + "/" + place.below) + ": " +
                                    denial->why);
    }
    run.trees[static_cast<std::size_t>(kind)] = hold(std::move(opened));
  }

  AccountNumber number_of(const AccountSource& source) {
    if (const auto known = recorded_.find(source.name); known != recorded_.end()) return known->second.number;
    Account profile;
    profile.name = source.name;
    profile.source = source.source;
    profile.layout = source.layout;
    const auto number = recorder_.add_account(profile);
    totals_.count([](ScanReport& report) { ++report.accounts_added; });
    return number;
  }

  Recorder& recorder_;
  const ScanOptions& options_;
  ScanTotals totals_;
  std::vector<SourceSpec> specs_;
  std::vector<bool> readable_;  // Of each source: its fixed part could be opened.
  std::map<std::string, AccountSource> found_;
  std::vector<std::string> on_disk_;  // Sorted, wanted or not.
  std::map<std::string, Account> recorded_;
  std::vector<AccountNumber> ended_;
};

bool is_template(const PathTemplate& path) {
  return std::ranges::any_of(path.components(), PathTemplate::has_variable);
}

std::string reach_of(const PathTemplate& path) { return is_template(path) ? path.fixed_part() : *path.expand({}); }

}  // namespace

ScanReport scan(Recorder& recorder, Log& log, const std::vector<std::string>& sources, const ScanOptions& options,
                ScanProgress* progress) {
  return Scan(recorder, log, sources, options, progress).run();
}

std::vector<std::string> check_source(const std::string& source) {
  const SourceSpec spec(source);
  const auto found = find_accounts(spec);
  const auto reach = printable(reach_of(spec.mail()));
  if (!found.anchor_opened || (!is_template(spec.mail()) && found.last_missing)) {
    if (!found.missing && !found.last_missing) throw Error(Errc::kIo, "source " + found.failures.front());
    throw Error(Errc::kNotFound,
                "source " + printable(source) + ": there is no " + reach + "; correct the path, or make it");
  }
  if (found.accounts.empty()) {
    const auto why = found.failures.empty() ? std::string() : " (" + found.failures.front() + ")";
    throw Error(Errc::kUsage, "source " + printable(source) + ": no mail tree stands " +
                                  (is_template(spec.mail()) ? "below " : "at ") + reach + why +
                                  "; give the path of Maildirs, directories that have cur/ and new/");
  }
  std::vector<std::string> names;
  for (const auto& account : found.accounts) names.push_back(account.name);
  return names;
}

std::vector<std::string> source_roots(const std::vector<std::string>& sources) {
  std::vector<std::string> roots;
  for (const auto& source : sources) {
    const SourceSpec spec(source);
    roots.push_back(reach_of(spec.mail()));
    if (spec.control()) roots.push_back(reach_of(*spec.control()));
  }
  return roots;
}

}  // namespace yestermail
