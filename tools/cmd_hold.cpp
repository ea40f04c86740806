// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_hold.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "policy/account_lives.h"
#include "policy/holds.h"
#include "policy/known_accounts.h"
#include "tools/json_output.h"
#include "tools/setting_writer.h"
#include "tools/store_location.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 4> kHoldOptions{{
    kStoreOption,
    {"account", 'A', "PATTERN", "with add: these accounts; may be repeated", true},
    {"note", 0, "TEXT", "with add: what it is for", false},
    kJsonOption,
}};

int add(const Arguments& arguments, Environment& env, const std::string& name) {
  require_hold_name(name);
  const Hold hold{name, arguments.values("account"), arguments.value("note").value_or(""), {}};
  if (hold.accounts.empty()) throw Error(Errc::kUsage, "no account given: write --account NAME, PATTERN or @DOMAIN");
  StreamLog log(env.err);
  const auto store = store_path(arguments, env);
  const auto world = store_world(env, log);
  std::size_t lives = 0;
  {
    const auto view = open_view(world, store);
    lives = selected(account_lives(*view), hold.accounts).size();  // A slip of the keyboard would hold nothing.
  }
  write_setting(world, store, setting_of(hold), Existing::kRefuse);
  env.out << "hold " << printable(name) << " stands: nothing of " << counted_text(lives, "account")
          << " is purged or erased until it is released\n";
  return 0;
}

int list_holds(const Arguments& arguments, Environment& env) {
  StreamLog log(env.err);
  const auto view = open_view(store_world(env, log), store_path(arguments, env));
  const auto all = holds(*view);
  if (arguments.has("json")) {
    JsonArray array(env.out);
    for (const auto& hold : all) {
      auto patterns = Json::array();
      for (const auto& pattern : hold.accounts) patterns.push_back(json_text(pattern));
      array.add({{"name", json_text(hold.name)},
                 {"accounts", patterns},
                 {"note", json_text(hold.note)},
                 {"since", json_instant(hold.since)}});
    }
    array.end();
    return 0;
  }
  Table table("llll");
  table.row({"HOLD", "SINCE", "ACCOUNTS", "NOTE"});
  for (const auto& hold : all) {
    table.row({printable(hold.name), time_text(hold.since), joined_text(hold.accounts), printable(hold.note)});
  }
  if (all.empty()) {
    env.out << "no holds\n";
  } else {
    table.print(env.out);
  }
  return 0;
}

int release(const Arguments& arguments, Environment& env, const std::string& name) {
  StreamLog log(env.err);
  drop_setting(store_world(env, log), store_path(arguments, env), std::string(kHoldWord) + " " + name);
  env.out << "hold " << printable(name) << " is released\n";
  return 0;
}

int run_hold(const Arguments& arguments, Environment& env) {
  const auto& words = arguments.words();
  if (words.empty()) throw Error(Errc::kUsage, "nothing to do given: write add NAME, list or release NAME");
  const auto& what = words.front();
  if (what != "add" && what != "list" && what != "release") {
    throw Error(Errc::kUsage, "\"" + printable(what) + "\" is not known: there are add, list and release");
  }
  arguments.at_most_words(what == "list" ? 1 : 2);
  if (what != "add" && (arguments.has("account") || arguments.has("note"))) {
    throw Error(Errc::kUsage, "--account and --note belong to add");
  }
  if (what != "list" && arguments.has("json")) throw Error(Errc::kUsage, "--json belongs to list");
  if (what == "list") return list_holds(arguments, env);
  if (words.size() < 2) throw Error(Errc::kUsage, "no name given: write " + what + " NAME");
  return what == "add" ? add(arguments, env, words[1]) : release(arguments, env, words[1]);
}

}  // namespace

const Command kHoldCommand{
    "hold",
    "keep accounts whole, whatever retention and erasure say",
    "add NAME --account PATTERN... [--note TEXT] | list [--json] | release NAME",
    "While a hold covers an account, nothing of it is purged or erased, in any of its "
    "incarnations. A PATTERN is an account, a shell pattern or @DOMAIN. Several holds "
    "may cover one account: it is free when all of them are released.",
    kHoldOptions,
    run_hold,
};

}  // namespace yestermail
