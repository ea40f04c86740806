// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_status.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "store/check.h"
#include "store/check_state_json.h"
#include "tools/check_report.h"
#include "tools/control_client.h"
#include "tools/json_output.h"
#include "tools/store_location.h"
#include "tools/text.h"
#include "tools/watcher_state.h"
#include "tools/writer_probe.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 3> kStatusOptions{{
    kStoreOption,
    kJsonOption,
    {"by-account", 'b', "", "show the figures of each account too", false},
}};
constexpr std::size_t kGapsShown = 5;  // Of the recorded ones, as text.

/// What status shows, gathered before anything is printed.
struct Status {
  std::string path;
  std::string id;
  StoreSettings settings;
  Instant last;
  CheckState checks;
  StoreFigures figures;
  std::vector<std::pair<std::string, StoreFigures>> by_account;  ///< of those that live, where it was asked for
  std::optional<Writer> writer;
  WatcherState watcher;
  std::vector<ShownGap> gaps;  ///< recorded ones, then those that are open
};

Status read_status(const Arguments& arguments, Environment& env, Log& log) {
  Status status;
  status.path = absolute_path(store_path(arguments, env));
  const auto world = store_world(env, log);
  status.id = read_store_id(world, status.path).hex();
  status.settings = read_store_settings(world, status.path);
  status.writer = find_writer(status.path);
  status.checks = check_state(world, status.path);
  const auto view = open_view(world, status.path);
  status.watcher = read_watcher_state(*view, status.writer, env.clock.now());
  if (auto daemon = ControlClient::connect(status.path)) {
    // It knows better than what it wrote some seconds ago, and is there even while it has no store to write to.
    if (auto report = daemon->status()) status.watcher = {std::move(report), true};
  }
  status.gaps = recorded_gaps(*view, kServerAccount, Instant{0}, kForever);
  std::ranges::move(open_gaps(status.watcher, status.gaps), std::back_inserter(status.gaps));
  status.last = view->last_instant();
  status.figures = view->figures();
  if (!arguments.has("json") && !arguments.has("by-account")) return status;
  for (const auto& account : view->accounts(kForever)) {
    status.by_account.emplace_back(account.name, view->account_figures(account.number));
  }
  return status;
}

std::string ratio_text(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return {};
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.3f", static_cast<double>(part) / static_cast<double>(whole));
  return out.data();
}

std::string writer_text(const std::optional<Writer>& writer) {
  if (!writer) return "none";
  return writer->process == 0 ? "running" : "running, process " + std::to_string(writer->process);
}

void add_watcher(const WatcherState& watcher, Instant now, Table& table) {
  table.row({"watcher", watcher_text(watcher)});
  if (!watcher.report) return;
  const auto& report = *watcher.report;
  for (const auto& source : report.sources) {
    table.row({"watched", printable(source.source) + (source.method.empty() ? ": not now" : " by " + source.method) +
                              (source.why.empty() ? "" : " (" + printable(source.why) + ")")});
  }
  table.row({"covered until", time_text(report.covered_until) + " UTC, " +
                                  duration_text(now.value - report.covered_until.value) + " ago; lag " +
                                  duration_text(report.lag_micros) + ", " + count_text(report.waiting) +
                                  " names waiting"});
  table.row({"since its start", count_text(report.events) + " events, " + count_text(report.hints) + " hints, " +
                                    count_text(report.looks) + " looks, " + count_text(report.recorded) +
                                    " changes recorded, " + count_text(report.reconciles) +
                                    " accounts looked through, " + count_text(report.overflows) + " overflows, " +
                                    count_text(report.failures) + " failures"});
}

void add_checks(const CheckState& checks, Instant now, Table& table) {
  table.row({"last check", checks.last ? last_check_text(*checks.last, now) : "never"});
  if (const auto& damage = checks.damage; damage && (!checks.last || damage->at > checks.last->at)) {
    table.row({"damage found", time_text(damage->at) + " UTC, and not looked for everywhere since"});
  }
  if (const auto& unfinished = checks.unfinished) {
    table.row({"unfinished check",
               time_text(unfinished->since) + " UTC: " +
                   (unfinished->stopped ? count_text(unfinished->left) + " packs or accounts were left for want of time"
                                        : std::string("it runs still, or was cut off"))});
  }
}

void add_gaps(const std::vector<ShownGap>& gaps, Table& table) {
  const auto first = gaps.size() - std::min(gaps.size(), kGapsShown);
  if (first > 0) table.row({"gaps before", count_text(first) + "; \"yestermail log\" shows all"});
  for (auto i = first; i < gaps.size(); ++i) {
    const auto& gap = gaps[i];
    table.row({"gap", time_text(gap.from) + " to " + (gap.until == kForever ? "now" : time_text(gap.until)) +
                          " UTC: " + gap.text});
  }
}

/// 0 where the other is more: of a small store the headers of packs may be.
std::uint64_t less(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

void print_accounts(const Status& status, std::ostream& out) {
  Table table("lrrrrr");
  table.row({"account", "items", "bytes now", "whole history", "kept in its packs", "compressed"});
  for (const auto& [name, figures] : status.by_account) {
    table.row({printable(name), count_text(figures.items), bytes_text(figures.logical_bytes),
               bytes_text(figures.history_bytes), bytes_text(figures.raw_bytes), bytes_text(figures.pack_bytes)});
  }
  table.print(out);
}

Json json_accounts(const Status& status) {
  Json all = Json::array();
  for (const auto& [name, figures] : status.by_account) {
    all.push_back({{"account", json_text(name)},
                   {"items", figures.items},
                   {"versions", figures.versions},
                   {"blobs", figures.blobs},
                   {"logical_bytes", figures.logical_bytes},
                   {"history_bytes", figures.history_bytes},
                   {"raw_bytes", figures.raw_bytes},
                   {"pack_bytes", figures.pack_bytes}});
  }
  return all;
}

void print_text(const Status& status, Instant now, std::ostream& out) {
  const auto& figures = status.figures;
  Table table("lr");
  Table head("ll");
  head.row({"store", printable(status.path)});
  head.row({"id", status.id});
  for (const auto& source : status.settings.sources) head.row({"source", printable(source)});
  head.row({"writer", writer_text(status.writer)});
  head.row({"last change", status.last.value == 0 ? "never"
                                                  : time_text(status.last) + " UTC, " +
                                                        duration_text(now.value - status.last.value) + " ago"});
  add_checks(status.checks, now, head);
  add_watcher(status.watcher, now, head);
  add_gaps(status.gaps, head);
  head.print(out);
  table.row({"accounts", count_text(figures.accounts)});
  table.row({"items", count_text(figures.items)});
  table.row({"versions", count_text(figures.versions)});
  table.row({"blobs", count_text(figures.blobs)});
  table.row({"blobs in the journal only", count_text(figures.journal_blobs)});
  table.row({"bytes of all items now", bytes_text(figures.logical_bytes)});
  table.row({"bytes of the whole history", bytes_text(figures.history_bytes)});
  table.row({"saved by decoding and shared parts", bytes_text(less(figures.history_bytes, figures.raw_bytes))});
  table.row({"saved by compression", bytes_text(less(figures.raw_bytes, figures.pack_bytes))});
  table.row({"catalogs, logs, indexes, journal", bytes_text(less(figures.stored_bytes, figures.pack_bytes))});
  table.row({"bytes stored on disk", bytes_text(figures.stored_bytes)});
  if (figures.history_bytes > 0) {
    table.row({"stored / all items now", ratio_text(figures.stored_bytes, figures.logical_bytes)});
    table.row({"stored / whole history", ratio_text(figures.stored_bytes, figures.history_bytes)});
  }
  table.print(out);
}

void print_document(const Status& status, std::ostream& out) {
  const auto& figures = status.figures;
  Json sources = Json::array();
  for (const auto& source : status.settings.sources) sources.push_back(json_text(source));
  Json gaps = Json::array();
  for (const auto& gap : status.gaps) gaps.push_back(gap_json(gap));
  const auto checks = Json::parse(check_state_json(status.checks));
  print_json(
      out,
      {{"store", json_text(status.path)},
       {"id", status.id},
       {"sources", sources},
       {"last_change", status.last.value == 0 ? Json(nullptr) : json_instant(status.last)},
       {"last_check", checks.at("last")},
       {"unfinished_check", checks.at("unfinished")},
       {"damage_found", checks.at("damage")},
       {"writer",
        {{"running", status.writer.has_value()},
         {"process", status.writer && status.writer->process != 0 ? Json(status.writer->process) : Json(nullptr)}}},
       {"watcher", watcher_json(status.watcher)},
       {"gaps", gaps},
       {"accounts", figures.accounts},
       {"items", figures.items},
       {"versions", figures.versions},
       {"blobs", figures.blobs},
       {"journal_blobs", figures.journal_blobs},
       {"logical_bytes", figures.logical_bytes},
       {"history_bytes", figures.history_bytes},
       {"raw_bytes", figures.raw_bytes},
       {"pack_bytes", figures.pack_bytes},
       {"by_account", json_accounts(status)},
       {"stored_bytes", figures.stored_bytes}});
}

int run_status(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(0);
  StreamLog log(env.err);
  const auto status = read_status(arguments, env, log);
  if (arguments.has("json")) {
    print_document(status, env.out);
  } else {
    print_text(status, env.clock.now(), env.out);
    if (arguments.has("by-account")) print_accounts(status, env.out);
  }
  return 0;
}

}  // namespace

const Command kStatusCommand{
    "status",
    "show what the store holds, its size, and whether it is watched",
    "[--by-account] [--json]",
    "Shows which store this is, when it last changed, whether and how its sources are "
    "watched, when changes may have been missed, what it holds and how much disk it "
    "takes.",
    kStatusOptions,
    run_status,
};

}  // namespace yestermail
