// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_retention.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "policy/retention.h"
#include "tools/json_output.h"
#include "tools/setting_writer.h"
#include "tools/store_location.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 5> kRetentionOptions{{
    kStoreOption,
    {"versions", 'v', "AGE", "with set: keep earlier states of what is there so long", false},
    {"deleted", 'd', "AGE", "with set: keep deleted items so long", false},
    {"accounts", 'A', "AGE", "with set: keep accounts that have ended so long", false},
    kJsonOption,
}};

struct RuleKind {
  const char* name;
  std::optional<Age> Retention::*age;
};
constexpr std::array<RuleKind, 3> kKinds{
    {{"versions", &Retention::versions}, {"deleted", &Retention::deleted}, {"accounts", &Retention::accounts}}};

std::optional<Age> age_option(const Arguments& arguments, const char* option) {
  const auto text = arguments.value(option);
  if (!text) return std::nullopt;
  if (auto age = parse_age(*text)) return age;
  throw Error(Errc::kUsage, std::string("--") + option + " " + printable(*text) +
                                ": not an age: write 90d, 12w, 6mon, 2y or forever");
}

int list_rules(const Arguments& arguments, Environment& env) {
  StreamLog log(env.err);
  const auto view = open_view(store_world(env, log), store_path(arguments, env));
  auto rules = retention_rules(*view);
  // The widest first.
  std::ranges::stable_sort(rules, {}, [](const RetentionRule& rule) {
    return rule.scope == kGlobalScope ? 0 : rule.scope.starts_with('@') ? 1 : 2;
  });
  Table table("llll");
  table.row({"SCOPE", "VERSIONS", "DELETED", "ACCOUNTS"});
  auto json = Json::array();
  for (const auto& rule : rules) {
    std::vector<std::string> cells{printable(rule.scope)};
    Json object{{"scope", json_text(rule.scope)}};
    for (const auto& [name, kind] : kKinds) {
      const auto& age = rule.retention.*kind;
      cells.push_back(age ? age->text : "");
      object[name] = age ? Json(age->text) : Json(nullptr);
    }
    table.row(std::move(cells));
    json.push_back(std::move(object));
  }
  if (arguments.has("json")) {
    print_json(env.out, json);
  } else if (rules.empty()) {
    env.out << "no retention is set: everything is kept for ever\n";
  } else {
    table.print(env.out);
  }
  return 0;
}

int set(const Arguments& arguments, Environment& env, const std::string& scope) {
  RetentionRule rule{checked_scope(scope), {}};
  bool given = false;
  for (const auto& [name, kind] : kKinds) {
    rule.retention.*kind = age_option(arguments, name);
    given = given || rule.retention.*kind;
  }
  if (!given) throw Error(Errc::kUsage, "nothing to set given: write --versions, --deleted or --accounts");
  StreamLog log(env.err);
  const auto store = store_path(arguments, env);
  const auto world = store_world(env, log);
  if (const auto before = retention_rule(*open_view(world, store), rule.scope)) {
    for (const auto& [name, kind] : kKinds) {
      if (!(rule.retention.*kind)) rule.retention.*kind = before->retention.*kind;
    }
  }
  write_setting(world, store, setting_of(rule), Existing::kReplace);
  env.out << "retention of " << printable(rule.scope) << " is set; it takes effect with \"yestermail purge\"\n";
  return 0;
}

int unset(const Arguments& arguments, Environment& env, const std::string& given) {
  StreamLog log(env.err);
  const auto scope = checked_scope(given);
  drop_setting(store_world(env, log), store_path(arguments, env), std::string(kRetentionWord) + " " + scope);
  env.out << "retention of " << printable(scope) << " is not set any more\n";
  return 0;
}

int run_retention(const Arguments& arguments, Environment& env) {
  const auto& words = arguments.words();
  if (words.empty()) throw Error(Errc::kUsage, "nothing to do given: write list, set SCOPE or unset SCOPE");
  const auto& what = words.front();
  if (what != "list" && what != "set" && what != "unset") {
    throw Error(Errc::kUsage, "\"" + printable(what) + "\" is not known: there are list, set and unset");
  }
  arguments.at_most_words(what == "list" ? 1 : 2);
  for (const auto& kind : kKinds) {
    if (what != "set" && arguments.has(kind.name)) {
      throw Error(Errc::kUsage, std::string("--") + kind.name + " belongs to set");
    }
  }
  if (what != "list" && arguments.has("json")) throw Error(Errc::kUsage, "--json belongs to list");
  if (what == "list") return list_rules(arguments, env);
  if (words.size() < 2) throw Error(Errc::kUsage, "no scope given: write " + what + " global, @DOMAIN or ACCOUNT");
  return what == "set" ? set(arguments, env, words[1]) : unset(arguments, env, words[1]);
}

}  // namespace

const Command kRetentionCommand{
    "retention",
    "set how long what is not there any more is kept",
    "list [--json] | set SCOPE [--versions AGE] [--deleted AGE] [--accounts AGE] | unset SCOPE",
    "Sets how long a purge keeps what is not there any more, for everything (SCOPE "
    "global), a domain (@example.com) or an account; for each kind the narrowest scope "
    "that sets it wins. AGE is 90d, 12w, 6mon, 2y or forever. What nothing is set for "
    "is kept for ever.",
    kRetentionOptions,
    run_retention,
};

}  // namespace yestermail
