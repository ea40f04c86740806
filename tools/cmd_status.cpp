// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_status.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/json_output.h"
#include "tools/store_location.h"
#include "tools/text.h"
#include "tools/writer_probe.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 2> kOptions{{kStoreOption, kJsonOption}};

/// What status shows, gathered before anything is printed.
struct Status {
  std::string path;
  std::string id;
  StoreSettings settings;
  Instant last;
  StoreFigures figures;
  std::optional<Writer> writer;
};

Status read_status(const Arguments& arguments, Environment& env, Log& log) {
  Status status;
  status.path = absolute_path(store_path(arguments, env));
  const auto world = store_world(env, log);
  status.id = read_store_id(world, status.path).hex();
  status.settings = read_store_settings(world, status.path);
  status.writer = find_writer(status.path);
  const auto view = open_view(world, status.path);
  status.last = view->last_instant();
  status.figures = view->figures();
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
  head.print(out);
  table.row({"accounts", count_text(figures.accounts)});
  table.row({"items", count_text(figures.items)});
  table.row({"versions", count_text(figures.versions)});
  table.row({"blobs", count_text(figures.blobs)});
  table.row({"blobs in the journal only", count_text(figures.journal_blobs)});
  table.row({"bytes of all items now", bytes_text(figures.logical_bytes)});
  table.row({"bytes of the whole history", bytes_text(figures.history_bytes)});
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
  print_json(
      out,
      {{"store", json_text(status.path)},
       {"id", status.id},
       {"sources", sources},
       {"last_change", status.last.value == 0 ? Json(nullptr) : json_instant(status.last)},
       {"writer",
        {{"running", status.writer.has_value()},
         {"process", status.writer && status.writer->process != 0 ? Json(status.writer->process) : Json(nullptr)}}},
       {"accounts", figures.accounts},
       {"items", figures.items},
       {"versions", figures.versions},
       {"blobs", figures.blobs},
       {"journal_blobs", figures.journal_blobs},
       {"logical_bytes", figures.logical_bytes},
       {"history_bytes", figures.history_bytes},
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
  }
  return 0;
}

}  // namespace

const Command kStatus{
    "status",
    "show what the store holds, its size, and whether a writer runs",
    "[--json]",
    "Shows which store this is, when it last changed, what it holds and how much disk "
    "it takes.",
    kOptions,
    run_status,
};

}  // namespace yestermail
