// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/check_findings.h"

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "tests/support/recording_log.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {
namespace {

/// Calls `visit` with each version that has a blob, and whether that can be read.
template <class Visit>
void read_all(const std::string& store, const Visit& visit) {
  PosixFilesystem disk;
  const TestClock clock;
  RecordingLog log;
  const auto view = open_view({disk, clock, log}, store);
  std::map<std::pair<std::uint32_t, Digest>, bool> known;
  for (std::uint32_t number = 0; number < 64; ++number) {
    const auto account = view->account(AccountNumber{number});
    if (!account) continue;
    for (const auto& happening : view->happenings(AccountNumber{number}, Instant{0}, kForever, 100'000)) {
      const auto& version = happening.version;
      if (happening.ended || !version.state.digest) continue;
      const auto [at, is_new] = known.try_emplace({number, *version.state.digest}, false);
      if (is_new) {
        try {
          const auto blob = view->open_blob(AccountNumber{number}, *version.state.digest);
          Bytes bytes(static_cast<std::size_t>(blob->size()));
          bytes.resize(blob->read(0, bytes));
          at->second = Digest::of(bytes) == *version.state.digest;
        } catch (const Error&) {
          at->second = false;
        }
      }
      visit(account->name, version, at->second);
    }
  }
}

std::string line(const std::string& account, ItemId item, VersionId version) {
  return account + " " + std::to_string(item.value) + " " + std::to_string(version.value);
}

}  // namespace

CheckFindings check_all(const std::string& store, CheckLevel level) {
  PosixFilesystem disk;
  const TestClock clock;
  RecordingLog log;
  CheckOptions options;
  options.level = level;
  options.threads = 2;
  options.remember = false;
  return check_store({disk, clock, log}, store, options);
}

std::string damage_text(const CheckFindings& findings) {
  std::string text;
  for (const auto& file : findings.files) {
    if (file.kind != FileFinding::Kind::kNote) text += file.path + ": " + file.what + "\n";
  }
  for (const auto& blob : findings.blobs) text += "blob " + blob.digest.hex() + ": " + blob.why + "\n";
  for (const auto& item : findings.items) text += item.account_name + "/" + item.name + ": " + item.why + "\n";
  return text;
}

std::set<std::string> versions_named(const CheckFindings& findings) {
  std::set<std::string> all;
  for (const auto& item : findings.items) {
    for (const auto& version : item.versions) all.insert(line(item.account_name, item.item, version.id));
  }
  return all;
}

std::set<std::string> versions_refused(const std::string& store) {
  std::set<std::string> all;
  read_all(store, [&](const std::string& account, const Version& version, bool readable) {
    if (!readable) all.insert(line(account, version.item, version.id));
  });
  return all;
}

std::uint64_t count_readable(const std::string& store) {
  std::uint64_t count = 0;
  read_all(store, [&](const std::string& /*account*/, const Version& /*version*/, bool readable) {
    count += readable ? 1U : 0U;
  });
  return count;
}

}  // namespace yestermail::test
