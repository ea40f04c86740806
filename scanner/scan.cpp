// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/scan.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"
#include "scanner/account_census.h"
#include "scanner/pipeline.h"
#include "scanner/reconcile.h"
#include "scanner/totals.h"

namespace yestermail {
namespace {

/// What goes is not recorded: an import adds.
class AdditionsOnly final : public BulkSession {
 public:
  explicit AdditionsOnly(BulkSession& to) : to_(to) {}
  StoredBlob store(AccountNumber account, BlobSource& source) override { return to_.store(account, source); }
  void add(AccountNumber account, Change change) override {
    if (std::holds_alternative<Put>(change)) to_.add(account, std::move(change));
  }
  void add_marks(AccountNumber account, std::vector<std::pair<ItemId, DirectoryMark>> marks) override {
    to_.add_marks(account, std::move(marks));
  }
  [[nodiscard]] bool full() const override { return to_.full(); }
  Instant commit() override { return to_.commit(); }

 private:
  BulkSession& to_;
};

/// One scan from beginning to end.
class Scan {
 public:
  Scan(Recorder& recorder, Log& log, const std::vector<std::string>& sources, const ScanOptions& options,
       ScanProgress* progress)
      : recorder_(recorder), options_(options), totals_(log, progress) {
    for (const auto& source : sources) specs_.emplace_back(source);
  }

  ScanReport run() {
    AccountCensus census(recorder_, specs_, {options_.accounts, options_.exclude, options_.import}, totals_);
    totals_.accounts_found(census.found().size());
    {
      const auto session = recorder_.begin_bulk();
      AdditionsOnly additions(*session);
      BulkSession& into = options_.import ? static_cast<BulkSession&>(additions) : *session;
      Pipeline pipeline(recorder_.view(), into, totals_, options_.threads,
                        {options_.largest_file, options_.is_refused});
      std::size_t planned = 0;
      for (const auto& [name, source] : census.found()) {
        scan_account(source, census, pipeline);
        totals_.account_planned(++planned == census.found().size());
      }
      pipeline.complete();
    }
    for (const auto& account : census.ended()) {
      recorder_.end_account(account.number);
      totals_.count([](ScanReport& report) { ++report.accounts_ended; });
    }
    return totals_.report();
  }

 private:
  void scan_account(const AccountSource& source, AccountCensus& census, Pipeline& pipeline) {
    try {
      totals_.account_begun(source.name);
      // An account is made when its mail directory has been opened, not before.
      auto run = open_account(source, totals_);
      if (!run) return;
      run->number = census.number_of(source);
      Reconciler(std::move(run), recorder_, totals_, pipeline, options_.full, {}).reconcile();
    } catch (const Error& error) {
      // A damaged history of one account is no reason to leave the others unrecorded.
      if (error.code() != Errc::kDamage) throw;
      totals_.account_failed(printable(source.name) + ": " + error.what());
    }
  }

  Recorder& recorder_;
  const ScanOptions& options_;
  ScanTotals totals_;
  std::vector<SourceSpec> specs_;
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
  // Empty directories stand below every /etc: they are accounts only beside one that has mail.
  if (!found.any_mail) {
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
