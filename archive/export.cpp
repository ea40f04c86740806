// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/export.h"

#include <set>

#include "archive/account_export.h"
#include "archive/account_walk.h"
#include "archive/archive_builder.h"
#include "archive/export_records.h"

namespace yestermail {
namespace {

constexpr std::size_t kShortId = 8;  ///< digits of a uuid that tell incarnations of one name apart

std::string directory_of(const Account& account, bool ended, std::set<std::string>& taken) {
  const auto id = account.uuid.hex();
  auto name = is_file_name(account.name) ? account.name : "account~" + id;
  if (ended) name = name.substr(0, 200) + "~" + id.substr(0, kShortId);
  auto directory = (ended ? "ended/" : "accounts/") + name;
  if (!taken.insert(directory).second) directory = (ended ? "ended/" : "accounts/") + ("account~" + id);
  return directory;
}

}  // namespace

ExportTally& ExportTally::operator+=(const ExportTally& more) {
  accounts += more.accounts;
  files += more.files;
  directories += more.directories;
  versions += more.versions;
  past += more.past;
  bytes += more.bytes;
  failed += more.failed;
  damaged += more.damaged;
  return *this;
}

std::vector<ExportAccount> accounts_to_export(const std::vector<Account>& known, Instant at, bool ended) {
  std::vector<ExportAccount> found;
  std::set<std::string> taken;
  for (const bool gone : {false, true}) {
    if (gone && !ended) break;
    for (const auto& account : known) {
      if (account.since > at || (account.until <= at) != gone) continue;
      const auto seen = gone ? Instant{account.until.value - 1} : at;
      found.push_back({account, directory_of(account, gone, taken), seen});
    }
  }
  return found;
}

ExportTally write_export(View& view, const ExportOrder& order, ArchiveSink& sink, ExportProgress& progress) {
  ArchiveBuilder builder(sink, order.compression, order.threads, order.spool_directory);
  ExportTally total;
  const auto mtime_ns = order.at.value * 1000;
  builder.add_text({.path = "README.txt", .mtime_ns = mtime_ns}, export_readme(order));
  builder.add_text({.path = "export.json", .mtime_ns = mtime_ns}, export_record(order));
  for (const auto& account : order.accounts) {
    const auto tally = write_account(view, order, account, builder, {progress, total});
    total += tally;
    progress.account_done(account, tally);
  }
  builder.finish(mtime_ns);
  return total;
}

ExportTally measure_export(View& view, const ExportOrder& order, ExportProgress& progress) {
  ExportTally total;
  for (const auto& account : order.accounts) {
    const auto tally = measure_account(view, order, account, {progress, total});
    total += tally;
    progress.account_done(account, tally);
  }
  return total;
}

}  // namespace yestermail
