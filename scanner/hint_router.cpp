// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/hint_router.h"

#include "base/maildir_name.h"
#include "scanner/folder_evidence.h"
#include "scanner/maildir/skipped_names.h"

namespace yestermail {
namespace {

using namespace std::chrono_literals;
using Timer = std::chrono::steady_clock;

constexpr auto kCensusDelay = 100ms;  // Whoever makes an account makes several directories.
constexpr auto kStructureDelay = 20ms;
// A folder's times and small files change with each mail. What a mail server writes once is taken soon.
constexpr auto kRest = 300ms;
constexpr auto kMostRest = 5s;
// UIDs: appended to with every mail, and rewritten.
constexpr auto kUidListRest = 1s;
constexpr auto kMostUidListRest = 10s;
// Caches that also hold what nothing else does (the 27th keyword). They change with every command of a client.
constexpr auto kIndexRest = 60s;
constexpr auto kMostIndexRest = 3600s;

constexpr std::string_view kUidListLock = "dovecot-uidlist.lock";

bool is_message_path(const std::string& path) {
  const auto slash = path.rfind('/');
  return is_message_directory(slash == std::string::npos ? std::string_view(path)
                                                         : std::string_view(path).substr(slash + 1));
}

}  // namespace

void HintRouter::route(const Hint& hint, const std::string& root) {
  ++counters_.hints;
  if (hint.name.empty() && hint.directory == root) {
    Pass pass;
    pass.source = source_;
    return passes_.ask(std::move(pass));
  }
  const auto located = map_.locate(hint.directory);
  if (!located.account.empty() && !patterns_.wants(located.account)) return;
  switch (located.kind) {
    case Located::Kind::kNowhere: return;
    case Located::Kind::kAbove:
      if (hint.is_directory || hint.name.empty()) look_for_accounts();
      return;
    case Located::Kind::kHome: return in_home(located, hint);
    case Located::Kind::kControl: return queue_.reconcile(located.account, Timer::now() + kUidListRest);
    case Located::Kind::kMail: return in_mail_tree(located, hint);
  }
}

void HintRouter::look_for_accounts() {
  Pass pass;
  pass.kind = Pass::Kind::kCensus;
  passes_.ask(std::move(pass), Timer::now() + kCensusDelay);
}

void HintRouter::in_home(const Located& located, const Hint& hint) {
  const bool script = located.path.starts_with("sieve") || hint.name == "sieve" || hint.name == ".dovecot.sieve";
  if (script) return queue_.reconcile(located.account, Timer::now() + kRest);
  if (hint.is_directory || hint.name.empty()) look_for_accounts();
}

void HintRouter::in_mail_tree(const Located& located, const Hint& hint) {
  const auto& account = located.account;
  if (hint.name.empty()) return queue_.reconcile(account, Timer::now() + kStructureDelay);
  if (hint.is_directory) {
    if (is_skipped_directory(hint.name)) return;
    return queue_.reconcile(account, Timer::now() + kStructureDelay);
  }
  if (is_message_path(located.path)) return queue_.look(account, {located.path, hint.name});

  queue_.settle(account, located.path, kRest, kMostRest);
  if (hint.name == kUidListLock || hint.name == kUidList) {
    // The lock goes when names and UIDs agree; the file itself stays open, and tells when it is closed only.
    queue_.look_when_at_rest(account, {located.path, std::string(kUidList)}, kUidListRest, kMostUidListRest);
  } else if (hint.name.starts_with("dovecot.index")) {
    if (!is_skipped_file(hint.name, false)) {
      queue_.look_when_at_rest(account, {located.path, hint.name}, kIndexRest, kMostIndexRest);
    }
  } else if (!is_skipped_file(hint.name, false)) {
    queue_.look_when_at_rest(account, {located.path, hint.name}, kRest, kMostRest);
  }
}

}  // namespace yestermail
