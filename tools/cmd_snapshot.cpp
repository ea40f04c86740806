// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_snapshot.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/instant_text.h"
#include "policy/snapshots.h"
#include "tools/json_output.h"
#include "tools/setting_writer.h"
#include "tools/store_location.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 4> kSnapshotOptions{{
    kStoreOption,
    {"at", 'a', "INSTANT", "with create: name this time instead of now", false},
    {"note", 0, "TEXT", "with create: what it is for", false},
    kJsonOption,
}};

/// Now; or where the clock is behind the newest change, that one: all that is recorded is in it.
Instant present(View& view, const Environment& env) { return std::max(env.clock.now(), view.last_instant()); }

void refuse_before_history(View& view, Instant at) {
  const auto hours = view.active_hours();
  if (!hours.empty() && at >= hours.front()) return;
  throw Error(Errc::kFailed,
              "nothing had been recorded at " + instant_text(at) +
                  (hours.empty() ? std::string() : ": the first change is of " + instant_text(hours.front())));
}

int create(const Arguments& arguments, Environment& env, const std::string& name) {
  require_snapshot_name(name);
  const auto at = instant_option(arguments, "at", env);
  StreamLog log(env.err);
  const auto store = store_path(arguments, env);
  const auto world = store_world(env, log);
  Snapshot snapshot{name, {}, arguments.value("note").value_or(""), {}, {}};
  {
    const auto view = open_view(world, store);
    snapshot.at = at.value_or(present(*view, env));
    refuse_before_history(*view, snapshot.at);
  }
  write_setting(world, store, setting_of(snapshot), Existing::kRefuse);
  env.out << "snapshot " << name << " is " << instant_text(snapshot.at) << "\n";
  return 0;
}

int list_snapshots(const Arguments& arguments, Environment& env) {
  StreamLog log(env.err);
  const auto view = open_view(store_world(env, log), store_path(arguments, env));
  auto all = snapshots(*view);
  std::ranges::stable_sort(all, {}, &Snapshot::at);
  if (arguments.has("json")) {
    JsonArray array(env.out);
    for (const auto& each : all) {
      array.add({{"name", json_text(each.name)},
                 {"at", json_instant(each.at)},
                 {"note", json_text(each.note)},
                 {"created", json_instant(each.created)}});
    }
    array.end();
    return 0;
  }
  Table table("lll");
  table.row({"SNAPSHOT", "INSTANT", "NOTE"});
  for (const auto& each : all) table.row({each.name, instant_text(each.at), printable(each.note)});
  if (all.empty()) {
    env.out << "no snapshots\n";
  } else {
    table.print(env.out);
  }
  return 0;
}

int remove(const Arguments& arguments, Environment& env, const std::string& name) {
  StreamLog log(env.err);
  const auto store = store_path(arguments, env);
  drop_setting(store_world(env, log), store, std::string(kSnapshotWord) + " " + name);
  env.out << "snapshot " << printable(name) << " is deleted; what only it showed goes with the next purge\n";
  return 0;
}

int run_snapshot(const Arguments& arguments, Environment& env) {
  const auto& words = arguments.words();
  if (words.empty()) throw Error(Errc::kUsage, "nothing to do given: write create NAME, list or delete NAME");
  const auto& what = words.front();
  if (what != "create" && what != "list" && what != "delete") {
    throw Error(Errc::kUsage, "\"" + printable(what) + "\" is not known: there are create, list and delete");
  }
  arguments.at_most_words(what == "list" ? 1 : 2);
  if (what != "create" && (arguments.has("at") || arguments.has("note"))) {
    throw Error(Errc::kUsage, "--at and --note belong to create");
  }
  if (what != "list" && arguments.has("json")) throw Error(Errc::kUsage, "--json belongs to list");
  if (what == "list") return list_snapshots(arguments, env);
  if (words.size() < 2) throw Error(Errc::kUsage, "no name given: write " + what + " NAME");
  return what == "create" ? create(arguments, env, words[1]) : remove(arguments, env, words[1]);
}

}  // namespace

const Command kSnapshotCommand{
    "snapshot",
    "give an instant a name: it is kept, and shown in the mount",
    "create NAME [--at INSTANT] [--note TEXT] | list [--json] | delete NAME",
    "Names an instant. The mount shows it as a directory of that name, and wherever an "
    "instant is asked for the name can be given. What is seen at that instant stays, "
    "whatever the retention is, until the snapshot is deleted.",
    kSnapshotOptions,
    run_snapshot,
};

}  // namespace yestermail
