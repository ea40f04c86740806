// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_scan.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "scanner/account_patterns.h"
#include "scanner/scan.h"
#include "tools/control_client.h"
#include "tools/json_output.h"
#include "tools/scan_line.h"
#include "tools/store_location.h"
#include "tools/text.h"
#include "tools/writer_probe.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 7> kScanOptions{{
    kStoreOption,
    {"threads", 't', "N", "how many threads read and compress (default: one a processor)", false},
    {"full", 'f', "", "look at every file, also where nothing seems to have changed", false},
    {"accounts", 'A', "PATTERN", "only these accounts, instead of those chosen by init; may be repeated", true},
    {"exclude", 'x', "PATTERN", "not these accounts, besides those left out by init; may be repeated", true},
    {"quiet", 'q', "", "no progress and no summary, only what went wrong", false},
    kJsonOption,
}};

/// The scanner's warnings are about items that failed: the report lists those, once and not without end.
class ErrorsOnly final : public Log {
 public:
  explicit ErrorsOnly(Log& to) : to_(to) {}
  void warning(std::string_view /*line*/) override {}
  void error(std::string_view line) override { to_.error(line); }

 private:
  Log& to_;
};

ScanOptions scan_options(const Arguments& arguments) {
  ScanOptions options;
  options.threads = static_cast<unsigned>(arguments.number("threads", 1, kMostThreads).value_or(0));
  options.full = arguments.has("full");
  options.accounts = arguments.values("accounts");
  options.exclude = arguments.values("exclude");
  return options;
}

struct Pass {
  ScanReport report;
  Instant last;                       ///< of the store's newest change
  std::vector<std::string> left_out;  ///< accounts that are recorded, and that the patterns do not want now
};

/// What nobody brings here is not left out by a pattern.
std::vector<std::string> left_out(View& view, const ScanOptions& options) {
  const AccountPatterns patterns{options.accounts, options.exclude};
  std::vector<std::string> names;
  for (const auto& account : view.accounts(kForever)) {
    if (!account.source.empty() && !patterns.wants(account.name)) names.push_back(account.name);
  }
  return names;
}

Pass record(StoreWorld world, ScanLine& line, const StoreSettings& settings, const ScanOptions& options,
            const std::string& store) {
  ErrorsOnly log(line);
  try {
    Pass pass;
    if (const auto recorder = open_if_free(world, store)) {
      pass.report = scan(*recorder, log, settings.sources, options, &line);
      pass.last = recorder->view().last_instant();
      pass.left_out = left_out(recorder->view(), options);
    } else if (auto daemon = ControlClient::connect(store)) {
      pass.report = daemon->scan(options, line);
      const auto view = open_view(world, store);
      pass.last = view->last_instant();
      pass.left_out = left_out(*view, options);
    } else {
      throw_locked(store);
    }
    line.erase();
    return pass;
  } catch (const Error& error) {
    line.erase();
    if (error.code() != Errc::kNoSpace) throw;
    throw Error(Errc::kNoSpace, std::string(error.what()) + ": make room for " + printable(store) +
                                    " and scan again; what was recorded until now is safe");
  }
}

struct Count {
  std::uint64_t count;
  const char* what;
};

std::array<Count, 9> counts_of(const ScanReport& report) {
  return {{{report.items_arrived, "arrived"},
           {report.items_changed, "changed"},
           {report.items_renamed, "renamed"},
           {report.items_moved, "moved"},
           {report.items_touched, "touched"},
           {report.items_deleted, "deleted"},
           {report.items_failed, "failed"},
           {report.items_refused, "refused"},
           {report.unconfirmed, "unconfirmed"}}};
}

void print_summary(const ScanReport& report, std::int64_t micros, std::ostream& out) {
  std::vector<std::string> parts;
  for (const auto& [count, what] : counts_of(report)) {
    if (count > 0) parts.push_back(count_text(count) + " " + what);
  }
  std::vector<std::string> accounts;
  if (report.accounts_added > 0) accounts.push_back(count_text(report.accounts_added) + " new");
  if (report.accounts_ended > 0) accounts.push_back(count_text(report.accounts_ended) + " ended");
  if (report.accounts_failed > 0) accounts.push_back(count_text(report.accounts_failed) + " failed");
  out << "scanned " << counted_text(report.accounts_seen, "account")
      << (accounts.empty() ? "" : " (" + joined_text(accounts) + ")") << " in " << duration_text(micros) << ": "
      << (parts.empty() ? "nothing changed" : "items " + joined_text(parts));
  if (report.bytes_read > 0) out << "; " << bytes_text(report.bytes_read) << " read";
  out << "\n";
}

void print_left_out(const std::vector<std::string>& names, std::ostream& out) {
  constexpr std::size_t kNamed = 5;
  if (names.empty()) return;
  out << counted_text(names.size(), "account")
      << " left out by the patterns, whose history stays as it is and is not continued: ";
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) out << (i > 0 ? ", " : "") << printable(names[i]);
  out << (names.size() > kNamed ? ", …\n" : "\n");
}

void print_failures(const ScanReport& report, std::ostream& err) {
  for (const auto& failure : report.failures) err << "yestermail: " << failure << "\n";
  if (report.failures_total > report.failures.size()) {
    err << "yestermail: and " << count_text(report.failures_total - report.failures.size()) << " more\n";
  }
}

void print_document(const Pass& pass, std::int64_t micros, std::ostream& out) {
  const auto& report = pass.report;
  Json json{{"accounts_seen", report.accounts_seen},
            {"accounts_added", report.accounts_added},
            {"accounts_ended", report.accounts_ended},
            {"accounts_failed", report.accounts_failed}};
  for (const auto& [count, what] : counts_of(report)) json[std::string("items_") + what] = count;
  json["items_unchanged"] = report.items_unchanged;
  json["directories_listed"] = report.directories_listed;
  json["directories_unchanged"] = report.directories_unchanged;
  json["bytes_read"] = report.bytes_read;
  json["microseconds"] = micros;
  json["last_change"] = pass.last.value == 0 ? Json(nullptr) : json_instant(pass.last);
  json["accounts_left_out"] = pass.left_out.size();
  json["failures_total"] = report.failures_total;
  json["failures"] = Json::array();
  for (const auto& failure : report.failures) json["failures"].push_back(failure);
  print_json(out, json);
}

int run_scan(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(0);
  const auto store = store_path(arguments, env);
  ScanLine line(env, !arguments.has("quiet") && !arguments.has("json"));
  const auto world = store_world(env, line);
  auto options = scan_options(arguments);
  const auto settings = read_store_settings(world, store);
  if (options.threads == 0) options.threads = settings.threads > 0 ? settings.threads : env.cores;
  if (options.accounts.empty()) options.accounts = settings.accounts;
  options.exclude.insert(options.exclude.end(), settings.exclude.begin(), settings.exclude.end());
  if (settings.sources.empty()) {
    throw Error(Errc::kFailed,
                printable(store) + ": has no source to scan: write \"source = SPEC\" in its " + "yestermail.conf");
  }
  const auto begun = env.clock.now();
  const auto pass = record(world, line, settings, options, store);
  const auto& report = pass.report;
  const auto micros = env.clock.now().value - begun.value;
  print_failures(report, env.err);
  if (arguments.has("json")) {
    print_document(pass, micros, env.out);
  } else if (!arguments.has("quiet")) {
    print_summary(report, micros, env.out);
    print_left_out(pass.left_out, env.out);
  }
  if (report.failures_total > 0 || report.accounts_failed > 0) return exit_status(Errc::kPartial);
  if (report.accounts_seen == 0 && arguments.has("accounts")) {
    throw Error(Errc::kNotFound, "no account matches --accounts: \"yestermail accounts\" lists those that are known");
  }
  return 0;
}

}  // namespace

const Command kScanCommand{
    "scan",
    "record what changed since the last scan; the first one records all",
    "[--threads N] [--full] [--accounts PATTERN]...",
    "Looks through the sources of the store once and records what it finds: what came, "
    "changed, moved and went. The sources are only read. Where an account or an item "
    "fails, the rest goes on; the exit status is then 5. While \"yestermail watch\" "
    "runs, it is the one that scans, and is waited for.",
    kScanOptions,
    run_scan,
};

}  // namespace yestermail
