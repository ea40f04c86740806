// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_log.h"

#include <algorithm>
#include <array>
#include <deque>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/maildir_name.h"
#include "store/happening_stream.h"
#include "tools/accounts.h"
#include "tools/items.h"
#include "tools/log_rows.h"
#include "tools/store_location.h"
#include "tools/text.h"
#include "tools/watcher_state.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 6> kLogOptions{{
    kStoreOption,
    {"from", 'F', "INSTANT", "only what happened at this time or later", false},
    {"until", 'U', "INSTANT", "only what happened before this time", false},
    {"limit", 'n', "N", "only the last N of them", false},
    {"item", 'i', "TAG", "only what happened to this item, as ~k3f9", false},
    kJsonOption,
}};

constexpr std::size_t kAllRows = ~std::size_t{0};

Json gap_row_json(const LogRow& row) {
  Json json{{"at", json_instant(row.at)},
            {"what", row.what},
            {"account", row.gap->of_account ? Json(json_text(row.account)) : Json(nullptr)}};
  json.update(gap_json(*row.gap));
  return json;
}

Json row_json(const LogRow& row) {
  if (row.gap) return gap_row_json(row);
  Json json{{"at", json_instant(row.at)},
            {"what", row.what},
            {"account", json_text(row.account)},
            {"folder", json_text(row.folder)}};
  if (!row.from_folder.empty()) json["from_folder"] = json_text(row.from_folder);
  if (!row.from_name.empty()) json["from_name"] = json_text(row.from_name);
  json.update(item_json(row.version));
  return json;
}

/// A message without any flags field was not touched by a mail program yet.
std::string flags_text(std::string_view name) {
  if (name.find(":2,") == std::string_view::npos) return "new";
  const auto flags = maildir_flags(name);
  return flags.empty() ? "none" : printable(flags);
}

std::string detail_text(const LogRow& row) {
  const auto& state = row.version.state;
  if (row.what == "moved") return " (from " + printable(row.from_folder) + ")";
  if (row.what == "flags" && !row.from_name.empty()) {
    return " (" + flags_text(row.from_name) + " -> " + flags_text(state.name) + ")";
  }
  if (row.what == "renamed" && !row.from_name.empty()) return " (was " + printable(row.from_name) + ")";
  return {};
}

std::string gap_text(const ShownGap& gap) {
  return (gap.until == kForever ? "not closed yet" : "until " + time_text(gap.until)) +
         ", changes may have been missed: " + gap.text;
}

std::string row_line(const LogRow& row, bool with_account) {
  auto line = time_text(row.at) + "  " + padded(row.what, 7) + "  ";
  if (with_account) line += padded(row.gap && !row.gap->of_account ? "all" : printable(row.account), 24) + "  ";
  if (row.gap) return line + gap_text(*row.gap);
  line += padded(printable(row.folder), 16) + "  ";
  if (row.version.state.kind == EntryKind::kDirectory) return line + "folder" + detail_text(row);
  return line + padded(tagged(row.version.item), 6) + "  " + headline(row.version.state) + detail_text(row);
}

/// Shows rows as they come, or keeps the last `limit` of them until the end. Puts the gaps between them.
class Printer {
 public:
  /// `gaps` in the order of time.
  Printer(std::ostream& out, bool json, bool with_account, std::size_t limit, std::deque<LogRow> gaps)
      : out_(out), json_(json), with_account_(with_account), limit_(limit), array_(out), gaps_(std::move(gaps)) {}

  void add(LogRow row) {
    add_gaps(row.at);
    take(std::move(row));
  }

  void end() {
    add_gaps(kForever);
    for (const auto& row : kept_) print(row);
    if (json_) array_.end();
  }

 private:
  void add_gaps(Instant until) {
    for (; !gaps_.empty() && gaps_.front().at <= until; gaps_.pop_front()) take(std::move(gaps_.front()));
  }

  void take(LogRow row) {
    if (limit_ == kAllRows) return print(row);
    kept_.push_back(std::move(row));
    if (kept_.size() > limit_) kept_.pop_front();
  }

  void print(const LogRow& row) {
    if (json_) {
      array_.add(row_json(row));
    } else {
      out_ << row_line(row, with_account_) << "\n";
    }
  }

  std::ostream& out_;
  const bool json_;
  const bool with_account_;
  const std::size_t limit_;
  JsonArray array_;
  std::deque<LogRow> gaps_;
  std::deque<LogRow> kept_;
};

/// The gaps that concern these accounts, in the order of time.
std::deque<LogRow> gap_rows(View& view, const WatcherState& watcher, const std::vector<Account>& accounts,
                            const LogQuery& query) {
  std::deque<LogRow> rows;
  const auto of_all = recorded_gaps(view, kServerAccount, query.from, query.until);
  for (const auto& gap : of_all) rows.push_back(gap_row(gap, {}));
  for (auto& gap : open_gaps(watcher, of_all)) {
    if (gap.from < query.until) rows.push_back(gap_row(std::move(gap), {}));
  }
  for (const auto& account : accounts) {
    for (auto& gap : recorded_gaps(view, account.number, query.from, query.until)) {
      rows.push_back(gap_row(std::move(gap), account.name));
    }
  }
  std::ranges::stable_sort(rows, {}, &LogRow::at);
  return rows;
}

/// The life of one item: its versions, and its end where another did not follow.
void log_item(View& view, const Account& account, const LogQuery& query, Printer& printer) {
  LogRowMaker maker(view, account, query);
  const auto history = view.history(account.number, *query.item);
  const auto show = [&](Instant at, bool ended, const Version& version) {
    if (at < query.from || at >= query.until) return;
    if (auto row = maker.row({at, ended, version})) printer.add(std::move(*row));
  };
  for (std::size_t i = 0; i < history.size(); ++i) {
    show(history[i].since, false, history[i]);
    const bool followed = i + 1 < history.size() && history[i + 1].since == history[i].until;
    if (history[i].until != kForever && !followed) show(history[i].until, true, history[i]);
  }
}

/// Everything of some accounts, in the order of time.
void log_accounts(View& view, const std::vector<Account>& accounts, const LogQuery& query, Printer& printer) {
  struct Lane {
    HappeningStream stream;
    LogRowMaker maker;
  };
  std::deque<Lane> lanes;
  // A page of each account is held: small ones where there are many.
  const auto page = std::clamp<std::size_t>(16384 / std::max<std::size_t>(accounts.size(), 1), 16, 512);
  for (const auto& account : accounts) {
    lanes.push_back(
        {HappeningStream(view, account.number, query.from, query.until, page), LogRowMaker(view, account, query)});
  }
  const auto later = [](Lane* a, Lane* b) {
    const auto x = a->stream.peek()->at;
    const auto y = b->stream.peek()->at;
    return x != y ? x > y : a->stream.account() > b->stream.account();
  };
  std::vector<Lane*> heap;
  for (auto& lane : lanes) {
    if (lane.stream.peek() != nullptr) heap.push_back(&lane);
  }
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    auto& lane = *heap.back();
    if (auto row = lane.maker.row(*lane.stream.peek())) printer.add(std::move(*row));
    lane.stream.pop();
    if (lane.stream.peek() == nullptr) {
      heap.pop_back();
    } else {
      std::push_heap(heap.begin(), heap.end(), later);
    }
  }
}

LogQuery read_log_query(const Arguments& arguments, const Environment& env) {
  LogQuery query;
  query.from = instant_option(arguments, "from", env).value_or(Instant{0});
  query.until = instant_option(arguments, "until", env).value_or(kForever);
  if (query.until <= query.from) throw Error(Errc::kUsage, "--until is not after --from: nothing can be between them");
  if (const auto text = arguments.value("item")) {
    query.item = item_of_tagged(text->starts_with('~') ? *text : "~" + *text);
    if (!query.item) {
      throw Error(Errc::kUsage, "--item " + printable(*text) + ": no tag of an item: take one that list or log shows");
    }
    if (arguments.words().empty())
      throw Error(Errc::kUsage, "--item needs the account: yestermail log ACCOUNT --item TAG");
  }
  return query;
}

int run_log(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(1);
  auto query = read_log_query(arguments, env);
  const auto limit = arguments.number("limit", 1, 1U << 30U);
  StreamLog log(env.err);
  const auto store = store_path(arguments, env);
  const auto view = open_view(store_world(env, log), store);
  const auto writer = find_writer(store);
  const auto watcher = read_watcher_state(*view, writer, env.clock.now());
  AccountPath path;
  if (!arguments.words().empty()) path = split_account_path(arguments.words().front());
  query.folder = path.rest;
  const auto accounts = path.account.empty() ? all_accounts(*view) : accounts_named(*view, path.account);
  Printer printer(env.out, arguments.has("json"), accounts.size() > 1, limit.value_or(kAllRows),
                  gap_rows(*view, watcher, accounts, query));
  if (query.item) {
    for (const auto& account : accounts) log_item(*view, account, query, printer);
  } else {
    log_accounts(*view, accounts, query, printer);
  }
  printer.end();
  return 0;
}

}  // namespace

const Command kLogCommand{
    "log",
    "show what happened, oldest first",
    "[ACCOUNT[/FOLDER]] [--from INSTANT] [--until INSTANT]",
    "Shows what happened in all accounts, in one, or in a folder and those below it, "
    "oldest first: time (UTC), what (arrived, flags, moved, changed, touched, "
    "deleted; created and renamed for folders), folder, tag, sender and subject. A gap "
    "is a span in which changes may have been missed.",
    kLogOptions,
    run_log,
};

}  // namespace yestermail
