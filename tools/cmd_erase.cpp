// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_erase.h"

#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "policy/erasure_writer.h"
#include "policy/erasures.h"
#include "tools/control_client.h"
#include "tools/erasure_plan.h"
#include "tools/json_output.h"
#include "tools/purge_report.h"
#include "tools/setting_writer.h"
#include "tools/store_location.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 7> kEraseOptions{{
    kStoreOption,
    {"at", 'a', "INSTANT", "name the item as it was at this time", false},
    {"note", 0, "TEXT", "what it is for; --list shows it", false},
    {"dry-run", 'n', "", "show what would be removed, remove nothing", false},
    {"list", 'l', "", "erase nothing, but show what is remembered of earlier erasures", false},
    {"forget", 0, "ID", "erase nothing, but let what this erasure removed come back", false},
    kJsonOption,
}};

/// A watcher would begin the account anew at once.
void end_living(StoreWorld world, const std::string& store, const std::vector<Account>& living) {
  if (living.empty()) return;
  if (ControlClient::connect(store)) {
    throw Error(Errc::kLocked, printable(living.front().name) + " is being watched: stop the watcher, add a line " +
                                   "\"exclude = " + printable(living.front().name) +
                                   "\" to yestermail.conf, or remove the mailbox, and erase then");
  }
  const auto recorder = open_recorder(world, store);
  for (const auto& account : living) recorder->end_account(account.number);
}

void tell_of_copies(const Erasure& erasure, std::ostream& out) {
  out << "A copy may still stand:\n";
  if (erasure.live.empty()) out << "  in the live mailbox, if it came there since the last scan;\n";
  out << "  in the memory of a mount and of the kernel, for a day or until it is unmounted;\n"
         "  in copies of the store elsewhere, and on the disk where removed files were until it is written over.\n";
  for (const auto& other : erasure.others) out << "  in the account " << printable(other) << ", which has it too.\n";
}

int erase(const Arguments& arguments, Environment& env) {
  StreamLog log(env.err);
  const auto world = store_world(env, log);
  const auto store = store_path(arguments, env);
  const auto note = arguments.value("note").value_or("");
  require_erasure_note(note);
  const auto view = open_view(world, store);
  const auto erasure = plan_erasure(*view, env.clock, arguments.words().front(), at_option(arguments, env));
  const PurgeManner manner{arguments.has("dry-run"), arguments.has("json"), note, erasure.live};
  if (!manner.dry_run) end_living(world, store, erasure.living);
  const auto status = run_purges(env, world, store, *view, erasure.requests, manner);
  if (!manner.json) tell_of_copies(erasure, env.out);
  for (const auto& live : erasure.live) {
    env.err << "yestermail: " << live << " stands in the live mailbox: "
            << "the next scan records it again, unless it is removed there\n";
  }
  return status;
}

int list_erasures(const Arguments& arguments, Environment& env) {
  StreamLog log(env.err);
  const auto view = open_view(store_world(env, log), store_path(arguments, env));
  const auto notes = erasure_notes(*view);
  if (arguments.has("json")) {
    JsonArray array(env.out);
    for (const auto& note : notes) {
      array.add({{"id", json_text(note.id)},
                 {"at", json_instant(note.at)},
                 {"contents", note.contents},
                 {"note", json_text(note.note)}});
    }
    array.end();
    return 0;
  }
  Table table("llrl");
  table.row({"ERASURE", "TIME", "CONTENTS", "NOTE"});
  for (const auto& note : notes) {
    table.row({printable(note.id), time_text(note.at), count_text(note.contents), printable(note.note)});
  }
  if (notes.empty()) {
    env.out << "nothing was erased that is remembered\n";
  } else {
    table.print(env.out);
  }
  return 0;
}

int forget(const Arguments& arguments, Environment& env, const std::string& id) {
  StreamLog log(env.err);
  drop_setting(store_world(env, log), store_path(arguments, env), erasure_setting(id));
  env.out << "erasure " << printable(id) << " is forgotten: an import or a repair may bring its contents back\n";
  return 0;
}

void refuse_beside(const Arguments& arguments, const std::string& option, std::initializer_list<const char*> others) {
  arguments.at_most_words(0);
  for (const auto* other : others) {
    if (arguments.has(other)) throw Error(Errc::kUsage, "--" + option + " erases nothing: leave out --" + other);
  }
}

int run_erase(const Arguments& arguments, Environment& env) {
  if (const auto id = arguments.value("forget")) {
    refuse_beside(arguments, "forget", {"list", "at", "note", "dry-run", "json"});
    return forget(arguments, env, *id);
  }
  if (arguments.has("list")) {
    refuse_beside(arguments, "list", {"at", "note", "dry-run"});
    return list_erasures(arguments, env);
  }
  arguments.at_most_words(1);
  if (arguments.words().empty()) throw Error(Errc::kUsage, "nothing given: write ACCOUNT or ACCOUNT/FOLDER/ITEM");
  return erase(arguments, env);
}

}  // namespace

const Command kEraseCommand{
    "erase",
    "remove an item or an account from all of history at once",
    "ACCOUNT | ACCOUNT/FOLDER/ITEM [--at INSTANT] [--note TEXT] [--dry-run] [--json] | --list [--json] | --forget ID",
    "Removes an item from the store for good, with all of its history and all copies of the same mail in its account; "
    "or an account with all that ever was recorded of it. Retention is not asked. ITEM is written as for \"yestermail "
    "cat\". No import and no repair brings it back into the account. What still stands in the live mailbox is named, "
    "and "
    "recorded again by the next scan: delete it there first. It tells where copies may be that it does not reach.",
    kEraseOptions,
    run_erase,
};

}  // namespace yestermail
