// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_check.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "scanner/account_census.h"
#include "store/check.h"
#include "store/repair.h"
#include "tools/check_report.h"
#include "tools/heap.h"
#include "tools/intact_copies.h"
#include "tools/store_location.h"
#include "tools/terminal_line.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 10> kCheckOptions{{
    kStoreOption,
    {"level", 'l', "N", "how deep: 1 structure, 2 packs, 3 frames, 4 items (default: 4)", false},
    {"accounts", 'A', "PATTERN", "only these accounts; may be repeated", true},
    {"budget", 'b', "DURATION", "begin nothing after so long, as 10min; what was not checked for longest is first",
     false},
    {"changed", 'c', "", "only accounts that changed since they were checked last, and new packs", false},
    {"repair", 'r', "", "heal what is damaged from intact copies, and check again", false},
    {"from", 'F', "STORE|SOURCE", "with --repair: take what is lost from there too; may be repeated", true},
    {"dry-run", 'n', "", "with --repair: only show what is damaged", false},
    {"threads", 'j', "N", "how many threads read (default: one a processor)", false},
    kJsonOption,
}};

/// "90s", "10min", "2h", "1d" in microseconds.
std::int64_t parse_duration(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(end, text.data() + text.size());
  const std::int64_t seconds = unit == "s" ? 1 : unit == "min" ? 60 : unit == "h" ? 3600 : unit == "d" ? 86'400 : 0;
  if (failed != std::errc{} || seconds == 0 || number > 100'000) {
    throw Error(Errc::kUsage, "--budget " + printable(text) + ": not a duration: write 90s, 10min, 2h or 1d");
  }
  return static_cast<std::int64_t>(number) * seconds * kMicrosPerSecond;
}

CheckOptions check_options(const Arguments& arguments, const Environment& env) {
  CheckOptions options;
  const auto level = arguments.number("level", 1, static_cast<std::uint64_t>(kLastCheckLevel));
  if (level) options.level = static_cast<CheckLevel>(*level);
  options.threads = static_cast<unsigned>(arguments.number("threads", 1, kMostThreads).value_or(env.cores));
  options.changed = arguments.has("changed");
  if (const auto budget = arguments.value("budget")) options.budget_micros = parse_duration(*budget);
  if (arguments.has("accounts")) {
    const AccountPatterns patterns{arguments.values("accounts"), {}};
    options.wanted = [patterns](const std::string& name) { return patterns.wants(name); };
  }
  for (const char* needs_repair : {"from", "dry-run"}) {
    if (arguments.has(needs_repair) && !arguments.has("repair")) {
      throw Error(Errc::kUsage, "--" + std::string(needs_repair) + " is of use with --repair only");
    }
  }
  return options;
}

/// The line on a terminal that tells how far the check is.
class CheckLine final : public CheckProgress {
 public:
  CheckLine(Environment& env, bool shown) : line_(env, shown) {}
  void advanced(std::uint64_t done, std::uint64_t total) override {
    line_.draw([&](std::int64_t micros) {
      return "checking " + bytes_text(done) + " of " + bytes_text(total) + pace_text(done, total, micros);
    });
  }

 private:
  TerminalLine line_;
};

/// What the store says while it is checked is told as findings.
class QuietLog final : public Log {
 public:
  void warning(std::string_view /*line*/) override {}
  void error(std::string_view /*line*/) override {}
};

struct Checked {
  CheckFindings findings;
  std::int64_t micros = 0;
};

Checked check(const std::string& store, const CheckOptions& options, Environment& env, bool json) {
  QuietLog log;
  CheckLine line(env, !json);
  const auto begun = env.clock.now();
  Checked checked{check_store(store_world(env, log), store, options, &line), 0};
  checked.micros = env.clock.now().value - begun.value;
  return checked;
}

int run_check(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(0);
  const auto store = store_path(arguments, env);
  const auto options = check_options(arguments, env);
  const bool json = arguments.has("json");
  const bool repairs = arguments.has("repair");
  QuietLog quiet;
  const auto world = store_world(env, quiet);
  keep_large_pieces();
  // What is mistyped is told before hours of checking.
  std::optional<IntactCopies> copies;
  if (repairs) copies.emplace(world, store, arguments.values("from"));
  auto checked = check(store, options, env, json);
  if (!json) print_findings(checked.findings, checked.micros, env.out);
  Json document = json ? findings_json(checked.findings, checked.micros) : Json();
  if (repairs && checked.findings.damaged() && !arguments.has("dry-run")) {
    const auto report = repair_store(world, store, checked.findings, copies->sources());
    checked = check(store, options, env, json);
    if (json) {
      document["repair"] = repair_json(report);
      document["after"] = findings_json(checked.findings, checked.micros);
    } else {
      print_repair(report, env.out);
      print_findings(checked.findings, checked.micros, env.out);
    }
  } else if (!json && checked.findings.damaged() && !repairs) {
    env.out << "\"yestermail check --repair\" heals what can be healed\n";
  }
  if (json) print_json(env.out, document);
  return checked.findings.damaged() ? exit_status(Errc::kDamage) : 0;
}

}  // namespace

const Command kCheckCommand{
    "check",
    "compare everything that the store holds, and repair it",
    "[--level N] [--accounts PATTERN]... [--budget DURATION] [--changed] [--repair [--from STORE|SOURCE]...]",
    "Checks the store: its journal, logs and catalogs, every pack, every frame, and every "
    "item joined and compared with its digest. Names the files that are damaged and "
    "exactly the items that cannot be read. Runs beside a writer and mounts. With "
    "--repair heals from the store's other accounts, the live mail and --from, puts "
    "damaged files aside and deletes nothing. Exit status 3 where something is damaged.",
    kCheckOptions,
    run_check,
};

}  // namespace yestermail
