// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/import_tree.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "archive/import_choice.h"
#include "base/error.h"
#include "scanner/account_source.h"
#include "scanner/scan.h"
#include "store/origin.h"
#include "tools/json_output.h"
#include "tools/scan_line.h"
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

int tell_plan(const std::vector<ImportAccount>& chosen, Environment& env, bool json) {
  JsonArray array(env.out);
  for (const auto& each : chosen) {
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
  return 0;
}

void tell(const ScanReport& report, std::int64_t micros, Environment& env, bool json) {
  const auto recorded =
      report.items_arrived + report.items_changed + report.items_renamed + report.items_moved + report.items_touched;
  const auto failed = report.failures_total;
  if (!json) {
    env.out << counted_text(report.accounts_seen, "account") << ": " << count_text(recorded) << " recorded, "
            << count_text(report.items_unchanged) << " looked at and already there, " << count_text(failed)
            << " failed; " << bytes_text(report.bytes_read) << " in " << duration_text(micros) << "\n";
    return;
  }
  JsonArray array(env.out);
  for (const auto& failure : report.failures) array.add({{"what", "failed"}, {"why", json_text(failure)}});
  array.add({{"what", "total"},
             {"accounts", report.accounts_seen},
             {"recorded", recorded},
             {"already_there", report.items_unchanged},
             {"skipped", 0},
             {"failed", failed},
             {"damaged", 0},
             {"directories", report.directories_listed},
             {"bytes", report.bytes_read}});
  array.end();
}

}  // namespace

int import_tree(const ImportTarget& target, const std::string& source, const ImportOrder& order, Environment& env,
                bool json) {
  const auto chosen = choose_accounts(target.view, accounts_in(source), order);
  if (target.recorder == nullptr) return tell_plan(chosen, env, json);
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
  const auto begun = env.clock.now();
  // What fails is logged as it is found.
  ScanLine line(env, !json);
  const auto report = scan(*target.recorder, line, {source}, options, &line);
  line.erase();
  tell(report, std::max<std::int64_t>(env.clock.now().value - begun.value, 1), env, json);
  return report.failures_total > 0 || report.accounts_failed > 0 ? exit_status(Errc::kPartial) : 0;
}

}  // namespace yestermail
