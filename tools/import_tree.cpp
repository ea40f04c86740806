// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/import_tree.h"

#include <nlohmann/json.hpp>

#include "archive/account_walk.h"
#include "archive/import_choice.h"
#include "archive/member_place.h"
#include "base/error.h"
#include "scanner/account_source.h"
#include "scanner/scan.h"
#include "store/origin.h"
#include "tools/json_output.h"
#include "tools/text.h"

namespace yestermail {
namespace {

std::vector<Account> accounts_in(const std::string& source) {
  const SourceSpec spec(source);
  std::vector<Account> accounts;
  for (const auto& name : check_source(source)) {
    const auto found = account_in(spec, name);
    if (!found) continue;
    Account account;
    account.name = name;
    account.source = imported_source(found->source);
    account.layout = found->layout;
    accounts.push_back(std::move(account));
  }
  return accounts;
}

/// How far the scanner is, as that of an import.
class ScanAsImport final : public ScanProgress {
 public:
  explicit ScanAsImport(ImportProgress& progress) : progress_(progress) {}
  void account_begun(std::string_view /*account*/, const ScanTally& tally) override { advanced(tally); }
  void committing(const ScanTally& tally) override { advanced(tally); }
  void advanced(const ScanTally& tally) override {
    progress_.expect(tally.planned_all ? tally.items_planned : 0, 0);
    progress_.advanced(tally.items_done, tally.bytes_done);
  }

 private:
  ImportProgress& progress_;
};

/// The scanner tells sums only. So the store is asked: what has begun since is what was recorded now.
void tell_items(View& view, const std::string& name, Instant before, ImportProgress& progress, ImportTally& tally) {
  const auto account = view.account_named(name, kForever);
  if (!account) return;
  const WalkSteps steps{[&](const std::string& path, const Version& version) {
                          const bool recorded = version.since > before;
                          if (version.state.kind == EntryKind::kDirectory) {
                            tally.directories += recorded ? 1 : 0;
                            return;
                          }
                          ++(recorded ? tally.recorded : tally.present);
                          const auto fate = recorded ? ImportFate::kRecorded : ImportFate::kPresent;
                          progress.told({name, path_in_account(path), fate, Errc::kFailed, {}});
                        },
                        [&](const std::string& path, const Refusal& why) {
                          progress.told({name, path_in_account(path), ImportFate::kFailed, why.code, why.text});
                        }};
  walk_account(view, *account, kForever, "accounts/x", steps);
}

}  // namespace

void tell_tree(View& view, const std::string& source, const ImportOrder& order, Environment& env, bool json) {
  JsonArray array(env.out);
  for (const auto& each : choose_accounts(view, accounts_in(source), order)) {
    const auto* const what = each.there ? "would go on" : "would begin";
    if (json) {
      array.add(
          {{"what", what}, {"account", json_text(each.account.name)}, {"source", json_text(each.account.source)}});
    } else {
      env.out << padded(what, 13) << "  " << printable(each.account.name) << ": " << printable(each.account.source)
              << "\n";
    }
  }
  if (json) array.end();
}

ImportTally import_tree(const ImportTarget& target, const std::string& source, const ImportOrder& order, Log& log,
                        ImportProgress& progress) {
  const auto chosen = choose_accounts(target.view, accounts_in(source), order);
  ScanOptions options;
  options.threads = order.threads;
  options.largest_file = order.largest_file;
  options.import.emplace();
  for (const auto& each : chosen) options.import->emplace(each.origin_name, each.account.name);
  if (order.is_erased) {
    options.is_refused = [&](const std::string& name, const Digest& content) {
      return order.is_erased(options.import->at(name), name, content);
    };
  }
  const auto before = target.view.last_instant();
  ScanAsImport scanned_so_far(progress);
  const auto scanned = scan(*target.recorder, log, {source}, options, &scanned_so_far);
  ImportTally tally;
  tally.accounts = scanned.accounts_seen;
  tally.bytes = scanned.bytes_read;
  tally.failed = scanned.failures_total;
  for (const auto& each : chosen) tell_items(target.view, each.account.name, before, progress, tally);
  for (const auto& failure : scanned.failures) {
    progress.told({{}, {}, ImportFate::kFailed, Errc::kFailed, failure});
  }
  return tally;
}

}  // namespace yestermail
