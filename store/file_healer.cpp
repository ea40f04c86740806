// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/file_healer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "store/quarantine.h"
#include "store/store_header.h"

namespace yestermail {
namespace {

using Kind = FileFinding::Kind;
using Role = FileFinding::Role;

}  // namespace

std::optional<Digest> digest_in(const std::string& path) {
  const auto name = path.substr(path.rfind('/') + 1);
  if (const auto pack = parse_pack_name(name)) return pack;
  const auto log = parse_log_name(name);
  return log ? std::optional(log->digest) : std::nullopt;
}

bool has_its_digest(Filesystem& disk, const std::string& path) {
  try {
    return Digest::of(read_file(disk, path)) == digest_in(path);
  } catch (const Error&) {
    return false;
  }
}

void FileHealer::run() {
  heal_header();
  heal_files();
}

void FileHealer::heal_header() {
  for (const auto& file : findings_.files) {
    if (file.role != Role::kHeader || file.kind == Kind::kNote) continue;
    const auto header = read_store_header(world_.disk, layout_);
    Quarantine(world_.disk, layout_).copy(file.path);
    write_durably(world_.disk, layout_.store(), Layout::kHeaderName, encode_store_header(header));
    report_.done.push_back(file.path + ": both copies are whole again");
  }
}

/// Those of the server account first, which tell what was erased from the others.
void FileHealer::heal_files() {
  for (const bool of_server : {true, false}) {
    for (const auto& file : findings_.files) {
      if (file.kind == Kind::kNote || (!file.of_pool && file.owner.is_zero()) != of_server) continue;
      if (file.role == Role::kLog) heal_logs(file.owner);
      if (file.role == Role::kPack) heal_file(file.path, file.of_pool ? std::nullopt : std::optional(file.owner));
    }
  }
}

/// Logs that a copy of the store has, and that are damaged or missing here.
void FileHealer::heal_logs(const Uuid& account) {
  if (!sources_.names || !accounts_healed_.insert(account).second) return;
  const auto directory = Layout::account_directory(account) + "/log";
  make_directories(world_.disk, layout_.store(), directory);
  std::vector<LogName> logs;
  for (const auto& name : sources_.names(directory)) {
    if (const auto log = parse_log_name(name)) logs.push_back(*log);
  }
  // An older copy has logs that longer ones, or a purge, took the place of: the longest first.
  std::sort(logs.begin(), logs.end(),
            [](const LogName& a, const LogName& b) { return std::pair(a.from, b.to) < std::pair(b.from, a.to); });
  for (const auto& log : logs) {
    if (!is_covered(directory, log)) heal_file(directory + "/" + log_name_text(log), account);
  }
}

bool FileHealer::is_covered(const std::string& directory, const LogName& log) {
  const auto here = world_.disk.list(full(directory));
  return std::any_of(here.begin(), here.end(), [&](const std::string& text) {
    const auto other = parse_log_name(text);
    return other && other->digest != log.digest && other->from <= log.from && log.to <= other->to &&
           has_its_digest(world_.disk, full(directory + "/" + text));
  });
}

/// `account`: whose log or pack it is; none of a pool, whose parts have no account.
void FileHealer::heal_file(const std::string& path, const std::optional<Uuid>& account) {
  const auto digest = digest_in(path);
  if (!sources_.file || !digest) return;
  try {
    if (world_.disk.exists(full(path)) && Digest::of(read_file(world_.disk, full(path))) == *digest) return;
  } catch (const Error&) {  // It cannot be read: all the more.
  }
  const auto bytes = sources_.file(path);
  if (!bytes || Digest::of(*bytes) != *digest) return;
  if (account && guard_.is_brought_by(path, *account, *bytes)) {
    report_.left.push_back(path + ": not put back from a copy that still has what was erased here: " +
                           "take one that was made after the erasure");
    return;
  }
  Quarantine(world_.disk, layout_).replace(path, *bytes);
  report_.done.push_back(path + ": put back from a copy of the store");
}

}  // namespace yestermail
