// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_accounts.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/accounts.h"
#include "tools/json_output.h"
#include "tools/store_location.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 4> kAccountsOptions{{
    kStoreOption,
    kAtOption,
    {"all", 0, "", "also the accounts that have ended", false},
    kJsonOption,
}};

Json account_json(View& view, const Account& account, bool counted) {
  Json json{{"account", json_text(account.name)},   {"uuid", account.uuid.hex()},
            {"source", json_text(account.source)},  {"layout", json_text(account.layout)},
            {"since", json_instant(account.since)}, {"until", json_instant(account.until)}};
  if (counted) {
    const auto figures = view.account_figures(account.number);
    json["items"] = figures.items;
    json["versions"] = figures.versions;
    json["bytes"] = figures.logical_bytes;
  }
  return json;
}

void print_accounts(View& view, const std::vector<Account>& accounts, bool counted, std::ostream& out) {
  Table table(counted ? "lrrrll" : "lll");
  table.row(counted ? std::vector<std::string>{"ACCOUNT", "ITEMS", "SIZE", "VERSIONS", "SINCE", "UNTIL"}
                    : std::vector<std::string>{"ACCOUNT", "SINCE", "UNTIL"});
  for (const auto& account : accounts) {
    std::vector<std::string> cells{printable(account.name)};
    if (counted) {
      const auto figures = view.account_figures(account.number);
      cells.insert(cells.end(),
                   {count_text(figures.items), bytes_text(figures.logical_bytes), count_text(figures.versions)});
    }
    cells.push_back(time_text(account.since));
    cells.push_back(account.until == kForever ? "" : time_text(account.until));
    table.row(std::move(cells));
  }
  table.print(out);
}

int run_accounts(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(0);
  const auto at = at_option(arguments, env);
  if (arguments.has("all") && arguments.has("at")) {
    throw Error(Errc::kUsage, "--all and --at exclude each other: --all shows every time");
  }
  StreamLog log(env.err);
  const auto view = open_view(store_world(env, log), store_path(arguments, env));
  const auto accounts = arguments.has("all") ? all_accounts(*view) : view->accounts(at);
  const bool counted = at == kForever;  // The figures are those of now.
  if (arguments.has("json")) {
    JsonArray array(env.out);
    for (const auto& account : accounts) array.add(account_json(*view, account, counted));
    array.end();
  } else if (accounts.empty()) {
    env.out << "no accounts\n";
  } else {
    print_accounts(*view, accounts, counted, env.out);
  }
  return 0;
}

}  // namespace

const Command kAccountsCommand{
    "accounts",
    "list the accounts, also those of another time",
    "[--at INSTANT | --all] [--json]",
    "Lists the accounts of the store by name, with what they hold now. With --at it "
    "lists those that existed at that time, without the counts.",
    kAccountsOptions,
    run_accounts,
};

}  // namespace yestermail
