// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_import.h"

#include <array>
#include <memory>
#include <optional>

#include "archive/archive_history.h"
#include "archive/import_history.h"
#include "archive/store_history.h"
#include "base/error.h"
#include "tools/accounts.h"
#include "tools/control_client.h"
#include "tools/import_origin.h"
#include "tools/import_report.h"
#include "tools/import_tree.h"
#include "tools/store_location.h"
#include "tools/writer_probe.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 7> kImportOptions{{
    kStoreOption,
    {"accounts", 'A', "PATTERN", "only these accounts; may be repeated", true},
    {"map", 'm', "OLD=NEW", "call the account OLD here NEW; may be repeated", true},
    {"at", 'a', "INSTANT", "of another store: as it was at this time instead of last", false},
    {"history", 'H', "", "with every earlier version, at its own time; not of a tree", false},
    {"dry-run", 'n', "", "show what would be imported, record nothing", false},
    kJsonOption,
}};

std::map<std::string, std::string> read_names(const Arguments& arguments) {
  std::map<std::string, std::string> names;
  for (const auto& text : arguments.values("map")) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      throw Error(Errc::kUsage, "--map " + printable(text) + ": write OLD=NEW, two names of accounts");
    }
    if (!names.emplace(text.substr(0, equals), text.substr(equals + 1)).second) {
      throw Error(Errc::kUsage, "--map " + printable(text) + ": this account has another new name already");
    }
  }
  return names;
}

/// Error{kLocked}, with the way out.
std::unique_ptr<Recorder> open_to_import(StoreWorld world, const std::string& store, const StoreTuning& tuning) {
  try {
    return open_recorder(world, store, tuning);
  } catch (const Error& error) {
    if (error.code() != Errc::kLocked) throw;
    throw_locked(store,
                 "wait until it is done; if it is \"yestermail watch\", stop it, import, and start it again: it finds "
                 "by itself what it missed");
  }
}

std::string origin_named(const Arguments& arguments) {
  arguments.at_most_words(1);
  if (arguments.words().empty()) {
    throw Error(Errc::kUsage, "nothing to import given: write an archive of export, another store, or maildir:PATH");
  }
  return arguments.words().front();
}

/// From the root: a daemon has another working directory.
std::string from_the_root(const Origin& origin) {
  constexpr std::string_view kMaildir = "maildir:";
  if (origin.kind != OriginKind::kTree) return absolute_path(origin.from);
  return std::string(kMaildir) + absolute_path(origin.from.substr(kMaildir.size()));
}

/// The store that takes it in, open for reading at least.
struct OpenTarget {
  std::unique_ptr<Recorder> recorder;
  std::unique_ptr<View> view;
  [[nodiscard]] ImportTarget target() const { return {recorder ? recorder->view() : *view, recorder.get()}; }
};

OpenTarget open_target(StoreWorld world, const std::string& store, bool dry_run, const StoreTuning& tuning = {}) {
  if (dry_run) return {nullptr, open_view(world, store)};
  return {open_to_import(world, store, tuning), nullptr};
}

std::unique_ptr<HistorySource> history_of(const Origin& origin, const ImportOrder& order) {
  if (origin.kind == OriginKind::kArchive) return std::make_unique<ArchiveHistory>(origin.from, order);
  return std::make_unique<StoreHistory>(ImportOrigin{*origin.view, origin.store, origin.at},
                                        all_accounts(*origin.view));
}

/// The store's clock goes with the history: nothing else is recorded meanwhile.
int take_in_history(StoreWorld world, const std::string& store, const Origin& origin, ImportOrder& order, bool dry_run,
                    ImportReport& report) {
  const auto source = history_of(origin, order);
  HistoryClock clock(before_history(*source, order));
  StoreTuning tuning;
  tuning.background_packing = false;  // It would record a pack at an instant that is the history's.
  const auto opened = open_target({world.disk, clock, world.log}, store, dry_run, tuning);
  const auto target = opened.target();
  order.is_erased = erased_from(target.view);
  return report.end(import_history(target, *source, all_accounts(target.view), clock, order, report));
}

/// Through the daemon that has the store open, if there is one.
ImportTally take_in(StoreWorld world, const std::string& store, const Origin& origin, ImportOrder& order, bool dry_run,
                    ImportReport& report) {
  auto daemon = dry_run ? std::nullopt : ControlClient::connect(store);
  if (daemon) return daemon->import({from_the_root(origin), origin.at, order}, report);
  const auto opened = open_target(world, store, dry_run);
  order.is_erased = erased_from(opened.target().view);
  return import_state(opened.target(), origin, order, report, report);
}

int run_import(const Arguments& arguments, Environment& env) {
  const bool dry_run = arguments.has("dry-run");
  const bool json = arguments.has("json");
  ImportOrder order;
  order.accounts = arguments.values("accounts");
  order.names = read_names(arguments);
  order.threads = env.cores;
  ImportReport report(env, json, dry_run);
  const auto world = store_world(env, report);
  const auto store = store_path(arguments, env);
  const auto from = origin_named(arguments);
  const auto at = arguments.has("at") ? at_option(arguments, env) : kForever;
  const auto origin = open_origin(world, from, at, store);
  if (arguments.has("history") && origin.kind == OriginKind::kTree) {
    throw Error(Errc::kUsage,
                printable(from) + ": --history is for an archive or another store: a tree has its state alone");
  }
  order.spool_directory = dry_run ? env.variable("TMPDIR").value_or("/tmp") : store + "/tmp";
  try {
    if (arguments.has("history")) return take_in_history(world, store, origin, order, dry_run, report);
    if (!dry_run || origin.kind != OriginKind::kTree) {
      return report.end(take_in(world, store, origin, order, dry_run, report));
    }
    tell_tree(*open_view(world, store), origin.from, order, env, json);
    return 0;
  } catch (const Error& error) {
    if (error.code() != Errc::kNoSpace) throw;
    throw Error(Errc::kNoSpace, std::string(error.what()) + ": make room for " + printable(store) +
                                    " and import again; what was told until now is safe");
  }
}

}  // namespace

const Command kImportCommand{
    "import",
    "take in an archive, another store or a Maildir",
    "FROM [--accounts PATTERN]... [--map OLD=NEW]... [--dry-run]",
    "Records accounts that come from elsewhere: from an archive of \"yestermail export\", "
    "another store, or a tree of Maildirs (maildir:PATH), with their names, flags, "
    "dates, modes and owners. What is there already is not recorded again: an import "
    "that ended early is made again. Tells of every item: recorded, already there, "
    "skipped or failed.",
    kImportOptions,
    run_import,
};

}  // namespace yestermail
