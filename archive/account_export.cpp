// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/account_export.h"

#include "archive/account_walk.h"
#include "archive/content_feed.h"
#include "archive/export_records.h"
#include "archive/past_contents.h"

namespace yestermail {
namespace {

/// Counts, and tells.
class AccountTally {
 public:
  explicit AccountTally(const ExportHearer& hearer) : hearer_(hearer) { tally_.accounts = 1; }

  ExportTally& operator*() { return tally_; }
  void took(const Member& member, std::uint64_t ExportTally::*what) {
    ++(tally_.*(member.directory ? &ExportTally::directories : what));
    tally_.bytes += member.size;
    auto total = hearer_.before;
    total += tally_;
    hearer_.progress.advanced(total);
  }
  void refused(const std::string& path, const Refusal& why) {
    ++tally_.failed;
    if (why.code == Errc::kDamage) ++tally_.damaged;
    hearer_.progress.failed(path, why);
  }
  /// Runs a part of the export; damage of what it reads of the store ends that part alone.
  void guard(const std::string& path, const std::function<void()>& part) {
    try {
      part();
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage) throw;
      refused(path, {error.code(), error.what()});
    }
  }

 private:
  const ExportHearer& hearer_;
  ExportTally tally_;
};

Member member_of(const std::string& path, const EntryState& state) {
  const bool directory = state.kind == EntryKind::kDirectory;
  return {path, directory, directory ? 0 : state.size, state.mtime_ns, state.mode, state.uid, state.gid};
}

void write_state(View& view, const ExportOrder& order, const ExportAccount& account, ArchiveBuilder& builder,
                 AccountTally& tally) {
  ContentFeed feed(
      view, account.account.number, order.threads, builder,
      [&](const Member& member, const Refusal& why) { tally.refused(member.path, why); },
      [&](const Member& member) { tally.took(member, &ExportTally::files); });
  const WalkSteps steps{[&](const std::string& path, const Version& version) {
                          feed.add(member_of(path, version.state), version.state.digest);
                        },
                        [&](const std::string& path, const Refusal& why) { tally.refused(path, why); }};
  tally.guard(account.directory, [&] { walk_account(view, account.account, account.at, account.directory, steps); });
  feed.drain();
}

void write_history(View& view, const ExportOrder& order, const ExportAccount& account, ArchiveBuilder& builder,
                   AccountTally& tally) {
  Spool lines(order.spool_directory);
  PastContents past(view, account.account.number, account.at);
  tally.guard(account.directory + "/history.jsonl", [&] {
    past.gather([&](const Version& version, const std::string& folder) {
      ++(*tally).versions;
      lines.append(history_record(version, folder, account.at));
    });
  });
  builder.add_spool({.path = account.directory + "/history.jsonl", .mtime_ns = account.at.value * 1000}, lines);
  ContentFeed feed(
      view, account.account.number, order.threads, builder,
      [&](const Member& member, const Refusal& why) { tally.refused(member.path, why); },
      [&](const Member& member) { tally.took(member, &ExportTally::past); });
  for (const auto& content : past.contents()) {
    const auto name = content.digest.hex();
    feed.add({.path = account.directory + "/blobs/" + name.substr(0, 2) + "/" + name,
              .size = content.size,
              .mtime_ns = account.at.value * 1000},
             content.digest);
  }
  feed.drain();
}

}  // namespace

ExportTally write_account(View& view, const ExportOrder& order, const ExportAccount& account, ArchiveBuilder& builder,
                          const ExportHearer& hearer) {
  AccountTally tally(hearer);
  const auto mtime_ns = account.at.value * 1000;
  // Everything below belongs to somebody; what is made up of it is the reader's alone.
  builder.add_directory({.path = account.directory, .directory = true, .mtime_ns = mtime_ns, .mode = 0700});
  RecordedGaps gaps;
  tally.guard(account.directory + "/account.json", [&] {
    const Instant end{account.at.value + 1};
    gaps.of_store = view.gaps(kServerAccount, account.account.since, end);
    gaps.of_account = view.gaps(account.account.number, account.account.since, end);
  });
  builder.add_text({.path = account.directory + "/account.json", .mtime_ns = mtime_ns}, account_record(account, gaps));
  write_state(view, order, account, builder, tally);
  if (order.history) write_history(view, order, account, builder, tally);
  return *tally;
}

ExportTally measure_account(View& view, const ExportOrder& order, const ExportAccount& account,
                            const ExportHearer& hearer) {
  AccountTally tally(hearer);
  const WalkSteps steps{[&](const std::string& path, const Version& version) {
                          tally.took(member_of(path, version.state), &ExportTally::files);
                        },
                        [&](const std::string& path, const Refusal& why) { tally.refused(path, why); }};
  tally.guard(account.directory, [&] { walk_account(view, account.account, account.at, account.directory, steps); });
  if (!order.history) return *tally;
  PastContents past(view, account.account.number, account.at);
  tally.guard(account.directory + "/history.jsonl",
              [&] { past.gather([&](const Version&, const std::string&) { ++(*tally).versions; }); });
  for (const auto& content : past.contents()) tally.took({.path = {}, .size = content.size}, &ExportTally::past);
  return *tally;
}

}  // namespace yestermail
