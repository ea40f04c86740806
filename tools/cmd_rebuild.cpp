// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_rebuild.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "scanner/account_census.h"
#include "store/repair.h"
#include "tools/json_output.h"
#include "tools/store_location.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 3> kRebuildOptions{{
    kStoreOption,
    {"accounts", 'A', "PATTERN", "only the catalogs of these accounts; may be repeated", true},
    kJsonOption,
}};

int run_rebuild(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(0);
  std::function<bool(const std::string&)> wanted;
  if (arguments.has("accounts")) {
    const AccountPatterns patterns{arguments.values("accounts"), {}};
    wanted = [patterns](const std::string& name) { return patterns.wants(name); };
  }
  StreamLog log(env.err);
  const auto report = rebuild_store(store_world(env, log), store_path(arguments, env), wanted);
  if (arguments.has("json")) {
    Json made = Json::array();
    for (const auto& file : report.made) made.push_back(json_text(file));
    Json refused = Json::array();
    for (const auto& line : report.refused) refused.push_back(json_text(line));
    print_json(env.out, {{"made", made}, {"refused", refused}});
  } else {
    for (const auto& file : report.made) env.out << "made anew " << printable(file) << "\n";
    for (const auto& line : report.refused) env.out << "refused   " << printable(line) << "\n";
  }
  return report.refused.empty() ? 0 : exit_status(Errc::kDamage);
}

}  // namespace

const Command kRebuildCommand{
    "rebuild",
    "make the databases of the store anew from its logs and packs",
    "[--accounts PATTERN]...",
    "Makes the catalogs of accounts, and the indexes of pools, anew from the journal, the "
    "logs and the packs. Looks first whether these are whole: where they are not, the "
    "present database may know what they do not, and is left as it is. No other process "
    "may write to the store meanwhile.",
    kRebuildOptions,
    run_rebuild,
};

}  // namespace yestermail
