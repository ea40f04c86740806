// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_find.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/account_words.h"
#include "base/error.h"
#include "base/instant_text.h"
#include "tools/accounts.h"
#include "tools/index_line.h"
#include "tools/items.h"
#include "tools/store_location.h"
#include "tools/store_search.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 6> kFindOptions{{
    kStoreOption,
    {"account", 'u', "PATTERN", "only in these accounts; may be repeated", true},
    {"at", 'a', "INSTANT", "only what was there at this time, instead of ever", false},
    {"deleted", 'd', "", "only what is not there any more; as is:deleted", false},
    {"limit", 'n', "N", "show the newest N (default 100)", false},
    kJsonOption,
}};

constexpr std::size_t kLimit = 100;
constexpr std::size_t kMostLimit = 100'000;

/// A message that was found, and where it stood.
struct Found {
  Account account;
  std::string folder;
  FoundMessage message;
};

Query read_find_query(const Arguments& arguments, const Environment& env) {
  std::string text;
  for (const auto& word : arguments.words()) text += (text.empty() ? "" : " ") + word;
  auto query = parse_query(text, env.clock.now());
  if (!arguments.has("deleted")) return query;
  if (query.deleted == false) throw Error(Errc::kUsage, "--deleted: the query says the contrary");
  query.deleted = true;
  return query;
}

std::vector<Account> wanted_accounts(View& view, const Arguments& arguments, std::optional<Instant> at) {
  const auto patterns = arguments.values("account");
  auto accounts = at ? view.accounts(*at) : all_accounts(view);
  std::erase_if(accounts,
                [&](const Account& each) { return !patterns.empty() && !names_account(patterns, each.name); });
  if (accounts.empty() && !patterns.empty()) {
    throw Error(Errc::kNotFound, "no account matches \"" + printable(patterns.front()) +
                                     "\": \"yestermail accounts --all\" shows those that are known");
  }
  return accounts;
}

bool is_newer(const Found& a, const Found& b) {
  return a.message.version.state.mtime_ns > b.message.version.state.mtime_ns;
}

/// For a shell: what it would not take as one word is quoted.
std::string quoted(const std::string& text) {
  const bool plain = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("@%_-+=:,./~").find(c) != std::string_view::npos;
  });
  if (plain) return text;
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string state_text(const FoundMessage& message) {
  switch (message.state) {
    case FoundMessage::State::kThere: return "there";
    case FoundMessage::State::kMoved: return "moved";
    default: return "deleted " + time_text(message.gone);
  }
}

/// What restore and cat take to name the message as it is shown.
std::string place_text(const Found& found) {
  const auto path =
      printable(found.account.name) + "/" + printable(found.folder) + "/" + tagged(found.message.version.item);
  const auto seen = found.message.last_seen;
  return quoted(path) + " --at " + (seen == kForever ? std::string("now") : instant_text(seen));
}

std::string line_of(const Found& found) {
  const auto& state = found.message.version.state;
  auto date = time_text(Instant{state.mtime_ns / 1000});
  date.resize(date.size() - 3);
  auto size = bytes_text(state.size);
  size.insert(0, size.size() < 8 ? 8 - size.size() : 0, ' ');
  return date + "  " + size + "  " + padded(shortened(state.sender, 20), 20) + "  " +
         padded(shortened(state.subject, 40), 40) + "  " + padded(state_text(found.message), 27) + "  " +
         place_text(found);
}

Json json_of(const Found& found) {
  constexpr std::array<const char*, 3> kStates{"there", "moved", "deleted"};
  Json json{{"account", json_text(found.account.name)},
            {"folder", json_text(found.folder)},
            {"state", kStates.at(static_cast<std::size_t>(found.message.state))},
            {"gone", json_instant(found.message.gone)},
            {"at", json_instant(found.message.last_seen)}};
  json.update(item_json(found.message.version));
  return json;
}

/// The newest of all accounts, and whether there are more.
std::vector<Found> find_all(View& view, StoreSearch& search, const std::vector<Account>& accounts, const Query& query,
                            std::optional<Instant> at, std::size_t limit, IndexLine& line, bool& more) {
  std::vector<Found> all;
  for (const auto& account : accounts) {
    auto result =
        search.find(account, query, at, limit, [&](std::uint64_t messages) { line.show(account.name, messages); });
    more = more || result.more;
    FolderNamer namer(view, account.number, account.layout);
    for (auto& message : result.messages) {
      auto folder = namer.path_of(message.version.state.parent, message.last_seen);
      all.push_back({account, std::move(folder), std::move(message)});
    }
    std::ranges::stable_sort(all, is_newer);
    more = more || all.size() > limit;
    if (all.size() > limit) all.erase(all.begin() + static_cast<std::ptrdiff_t>(limit), all.end());
  }
  line.erase();
  return all;
}

void print(const std::vector<Found>& all, bool json, std::ostream& out) {
  if (!json) {
    for (const auto& found : all) out << line_of(found) << "\n";
    return;
  }
  JsonArray array(out);
  for (const auto& found : all) array.add(json_of(found));
  array.end();
}

int run_find(const Arguments& arguments, Environment& env) {
  const auto query = read_find_query(arguments, env);
  const auto at = instant_option(arguments, "at", env);
  const auto limit = static_cast<std::size_t>(arguments.number("limit", 1, kMostLimit).value_or(kLimit));
  const auto store = store_path(arguments, env);
  IndexLine line(env, !arguments.has("json"));
  const auto view = open_view(store_world(env, line), store);
  const auto accounts = wanted_accounts(*view, arguments, at);
  StoreSearch search({env.disk, *view, line, env.cores}, store, temporary_directory(env));
  bool more = false;
  const auto all = find_all(*view, search, accounts, query, at, limit, line, more);
  print(all, arguments.has("json"), env.out);
  if (all.empty()) {
    throw Error(Errc::kNotFound, "nothing found" + (at ? " " + at_text(*at) : std::string()) + " in " +
                                     counted_text(accounts.size(), "account"));
  }
  if (more) {
    env.out << std::flush;
    env.err << "yestermail: only the newest " << count_text(limit) << " are shown: see --limit\n";
  }
  return 0;
}

}  // namespace

const Command kFindCommand{
    "find",
    "find messages by their words, at any time or over all time",
    "QUERY... [--account PATTERN] [--at INSTANT] [--deleted]",
    "Finds messages in all that ever was recorded. QUERY: words, \"words in a row\", "
    "begin*, from: to: subject: filename: has:attachment in:FOLDER before: after: on: "
    "larger: smaller: is:deleted is:unread is:flagged; all of it must fit, and -word "
    "must not. For each it shows date, size, sender, subject, whether it is there, and "
    "what \"yestermail restore\" and \"cat\" take to give it back.",
    kFindOptions,
    run_find,
};

}  // namespace yestermail
