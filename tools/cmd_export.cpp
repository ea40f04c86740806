// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_export.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "archive/archive_file.h"
#include "archive/export.h"
#include "base/error.h"
#include "tools/account_choice.h"
#include "tools/accounts.h"
#include "tools/export_report.h"
#include "tools/fd_stream.h"
#include "tools/heap.h"
#include "tools/store_location.h"

#ifndef YESTERMAIL_VERSION
#error "The build names the version."
#endif

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 7> kExportOptions{{
    kStoreOption,
    {"to", 't', "FILE", "write the archive there; - for standard output", false},
    kAtOption,
    {"history", 'H', "", "also every earlier version, and what was deleted", false},
    {"compression", 'c', "LEVEL", "none, or zstd's 1 to 19; 3 if absent", false},
    {"dry-run", 'n', "", "show what would be exported, write nothing", false},
    kJsonOption,
}};

/// The archive goes to standard output.
class StreamSink final : public ArchiveSink {
 public:
  explicit StreamSink(std::ostream& out) : out_(out) {}
  void write(ByteView bytes) override {
    const auto text = as_text(bytes);
    try {
      out_.write(text.data(), static_cast<std::streamsize>(text.size()));
    } catch (const OutputClosed&) {
      throw Error(Errc::kIo, "standard output: closed before the archive was whole");
    }
    if (!out_) throw Error(Errc::kIo, "standard output: cannot be written");
    size_ += bytes.size();
  }
  void flush() {
    write({});
    try {
      out_.flush();
    } catch (const OutputClosed&) {
      throw Error(Errc::kIo, "standard output: closed before the archive was whole");
    }
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  std::ostream& out_;
  std::uint64_t size_ = 0;
};

std::optional<int> read_compression(const Arguments& arguments) {
  const auto text = arguments.value("compression").value_or("3");
  if (text == "none") return std::nullopt;
  int level = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, level);
  if (error != std::errc() || rest != end || level < 1 || level > 19) {
    throw Error(Errc::kUsage, "--compression " + printable(text) + ": write none, or 1 to 19");
  }
  return level;
}

/// Those that the words name, all without words.
std::vector<Account> chosen(std::vector<Account> known, const std::vector<std::string>& words, Instant at, bool ended) {
  if (words.empty()) return known;
  std::erase_if(known, [&](const Account& each) { return each.since > at || (!ended && each.until <= at); });
  return chosen_accounts(known, words, at);
}

ExportOrder read_order(View& view, const Arguments& arguments, const Environment& env) {
  ExportOrder order;
  order.compression = read_compression(arguments);
  order.history = arguments.has("history");
  order.made_by = "yestermail " YESTERMAIL_VERSION;
  order.threads = env.cores;
  const auto last = view.last_instant();
  order.at = std::min(at_option(arguments, env), last);
  const auto known = order.history ? all_accounts(view) : view.accounts(order.at);
  order.accounts =
      accounts_to_export(chosen(known, arguments.words(), order.at, order.history), order.at, order.history);
  if (order.accounts.empty()) {
    throw Error(Errc::kNotFound, "there was no account " + at_text(order.at) + ": nothing to export");
  }
  return order;
}

/// What there is to be read, as far as it is told without reading it.
void expect(View& view, const ExportOrder& order, ExportReport& report, const Environment& env) {
  std::uint64_t bytes = 0;
  const bool known = env.terminal && !order.history && order.at == view.last_instant();
  for (const auto& each : order.accounts) {
    if (known) bytes += view.account_figures(each.account.number).logical_bytes;
  }
  report.expect(order.accounts.size(), bytes);
}

int run_export(const Arguments& arguments, Environment& env) {
  const bool dry_run = arguments.has("dry-run");
  const auto to = arguments.value("to");
  if (!to && !dry_run) throw Error(Errc::kUsage, "no --to given: write --to FILE, or --to - for standard output");
  const bool to_stdout = !dry_run && *to == "-";
  if (to_stdout && env.out_terminal) {
    throw Error(Errc::kUsage, "--to -: standard output is a terminal: write --to FILE, or send it through a pipe");
  }
  if (to_stdout && arguments.has("json")) {
    throw Error(Errc::kUsage, "--json needs standard output, which --to - fills: write --to FILE");
  }
  read_compression(arguments);
  ExportReport report(env, {arguments.has("json"), dry_run, to_stdout});
  const auto path = store_path(arguments, env);
  const auto view = open_view(store_world(env, report), path);
  auto order = read_order(*view, arguments, env);
  order.store = read_store_id(store_world(env, report), path);
  if (dry_run) return report.end(measure_export(*view, order, report), {{}, order.at, 0});
  expect(*view, order, report, env);
  keep_large_pieces();
  if (to_stdout) {
    order.spool_directory = env.variable("TMPDIR").value_or("/tmp");
    StreamSink sink(env.out);
    const auto total = write_export(*view, order, sink, report);
    sink.flush();
    return report.end(total, {{}, order.at, sink.size()});
  }
  order.spool_directory = directory_of_path(*to);
  ArchiveFile file(*to);
  const auto total = write_export(*view, order, file, report);
  file.publish();
  return report.end(total, {*to, order.at, file.size()});
}

}  // namespace

const Command kExportCommand{
    "export",
    "write accounts into one portable archive",
    "--to FILE|- [ACCOUNT|@DOMAIN|PATTERN...] [--at INSTANT]",
    "Writes accounts as they were at an instant, all or those that are named, into one "
    "tar archive compressed with zstd, which anybody can read without this program: "
    "each account as its Maildir, and with --history every earlier version as JSON "
    "lines and the bytes that went with it. Everything else may go on meanwhile.",
    kExportOptions,
    run_export,
};

}  // namespace yestermail
