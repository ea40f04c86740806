// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_init.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"
#include "scanner/account_patterns.h"
#include "scanner/scan.h"
#include "store/pool_scope.h"
#include "tools/store_location.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 6> kInitOptions{{
    kStoreOption,
    {"source", 'S', "SPEC", "where mail is, as maildir:/srv/mail/%d/%n/Maildir; may be repeated", true},
    {"no-source", 'N', "", "for what is imported only: nothing is scanned into it", false},
    {"accounts", 'A', "PATTERN", "take only these accounts, as *@example.com; may be repeated", true},
    {"exclude", 'x', "PATTERN", "leave these accounts out; may be repeated", true},
    {"pool", 'P', "SCOPE", "who shares attachments: store, domain or account (default: store)", false},
}};

/// "maildir:…" is a source, /srv/store is none.
bool looks_like_source(std::string_view word) {
  const auto colon = word.find(':');
  return colon != std::string_view::npos && colon > 0 && word.find('/') > colon;
}

/// Words are sources, but for one that looks like a directory: that is the store.
std::optional<std::string> split_words(const Arguments& arguments, std::vector<std::string>& sources) {
  std::optional<std::string> store = arguments.value("store");
  for (const auto& word : arguments.words()) {
    if (looks_like_source(word)) {
      sources.push_back(word);
    } else if (store) {
      throw Error(Errc::kUsage, "\"" + printable(word) + "\" is no source: write maildir:" + printable(word));
    } else {
      store = word;
    }
  }
  return store;
}

/// The store would record itself, or the mail would stand in what a purge deletes.
void check_apart(const std::string& store, const std::vector<std::string>& sources) {
  const auto inner = std::filesystem::weakly_canonical(absolute_path(store));
  for (const auto& root : source_roots(sources)) {
    const auto outer = std::filesystem::weakly_canonical(absolute_path(root));
    const auto [end, rest] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
    if (end != outer.end() && rest != inner.end()) continue;
    throw Error(Errc::kUsage, printable(store) + ": overlaps the source " + printable(root) +
                                  ": choose a directory outside of it for the store");
  }
}

int run_init(const Arguments& arguments, Environment& env) {
  StreamLog log(env.err);
  StoreSettings settings;
  settings.sources = arguments.values("source");
  settings.accounts = arguments.values("accounts");
  settings.exclude = arguments.values("exclude");
  const auto scope = parse_pool_scope(arguments.value("pool").value_or("store"));
  if (!scope) throw Error(Errc::kUsage, "--pool is store, domain or account");
  settings.pool = *scope;
  const auto store = store_path(split_words(arguments, settings.sources), env);
  if (arguments.has("no-source")) {
    if (!settings.sources.empty()) throw Error(Errc::kUsage, "--no-source and a source: leave one of them out");
    create_store(store_world(env, log), store, settings);
    env.out << "made the store " << printable(store) << " for imports\nnext: yestermail import --store "
            << printable(store) << " FROM\n";
    return 0;
  }
  if (settings.sources.empty()) {
    throw Error(Errc::kUsage,
                "no source given: use --source maildir:/srv/mail/%d/%n/Maildir, or --no-source for imports only");
  }
  std::vector<std::string> found;
  for (const auto& source : settings.sources) {
    const auto names = check_source(source);
    found.insert(found.end(), names.begin(), names.end());
  }
  check_apart(store, settings.sources);
  const AccountPatterns patterns{settings.accounts, settings.exclude};
  const auto wanted = static_cast<std::uint64_t>(
      std::ranges::count_if(found, [&](const std::string& name) { return patterns.wants(name); }));
  create_store(store_world(env, log), store, settings);
  if (wanted == 0) env.err << "yestermail: warning: no account that is there now matches the patterns\n";
  env.out << "made the store " << printable(store) << "; its sources have " << counted_text(wanted, "account")
          << " to record";
  if (wanted < found.size()) {
    env.out << "; " << count_text(found.size() - wanted) << " left out by the patterns, of which nothing is recorded";
  }
  env.out << "\nnext: yestermail scan --store " << printable(store) << "\n";
  return 0;
}

}  // namespace

const Command kInitCommand{
    "init",
    "make a store for the history of some mail trees",
    "[--store] DIR {--source SPEC...|--no-source} [--accounts PATTERN]... [--pool SCOPE]",
    "Makes an empty store in the directory DIR, which must not exist or be empty, and "
    "remembers which mail trees it is for. A source is written as Dovecot writes it: "
    "maildir:/srv/mail/%d/%n/Maildir, where %u is the user, %n the part before the @ "
    "and %d the part behind it.",
    kInitOptions,
    run_init,
};

}  // namespace yestermail
