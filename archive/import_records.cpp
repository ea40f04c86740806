// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/import_records.h"

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "archive/account_walk.h"
#include "archive/export_records.h"
#include "archive/record_words.h"
#include "base/error.h"
#include "base/instant_text.h"
#include "base/json_text.h"

namespace yestermail {
namespace {

using UnorderedJson = nlohmann::json;

/// Nothing where it is no object. Nested deep, it would take the stack: nothing of ours is.
std::optional<UnorderedJson> object_of(std::string_view text) {
  constexpr int kDeepest = 8;
  bool deep = false;
  auto json = UnorderedJson::parse(
      text,
      [&](int depth, UnorderedJson::parse_event_t /*event*/, UnorderedJson& /*parsed*/) {
        deep = deep || depth > kDeepest;
        return true;
      },
      false);
  if (json.is_discarded() || deep || !json.is_object()) return std::nullopt;
  return json;
}

std::string text_in(const UnorderedJson& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? bytes_of_json_text(found->get<std::string>()) : std::string();
}

std::optional<Instant> instant_in(const UnorderedJson& json, const char* name) {
  return parse_instant(text_in(json, name), Instant{0});
}

bool is_null(const UnorderedJson& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_null();
}

/// As instant_in(), and kForever where it is null.
std::optional<Instant> end_in(const UnorderedJson& json, const char* name) {
  return is_null(json, name) ? kForever : instant_in(json, name);
}

std::optional<std::uint64_t> natural_in(const UnorderedJson& json, const char* name, std::uint64_t most) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto number = found->get<std::uint64_t>();
  return number <= most ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> integer_in(const UnorderedJson& json, const char* name) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > kMost) return std::nullopt;
  return found->get<std::int64_t>();
}

std::optional<std::uint32_t> mode_in(const UnorderedJson& json, const char* name) {
  constexpr std::uint32_t kMost = 0777;
  const auto text = text_in(json, name);
  std::uint32_t mode = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, mode, 8);
  return error == std::errc() && rest == end && mode <= kMost ? std::optional(mode) : std::nullopt;
}

/// A gap's text is printable, with backslashes that stand for something: these are not made more.
std::string printable_once(const std::string& text) {
  auto plain = text;
  std::erase(plain, '\\');
  return printable(plain) == plain ? text : printable(text);
}

void read_gaps(const UnorderedJson& json, RecordedGaps& gaps) {
  const auto all = json.find("gaps");
  if (all == json.end() || !all->is_array()) return;
  for (const auto& each : *all) {
    const auto from = each.is_object() ? instant_in(each, "from") : std::nullopt;
    const auto until = from ? end_in(each, "until") : std::nullopt;
    if (!until || *from >= *until) continue;
    const auto reason = reason_of_word(text_in(each, "reason")).value_or(GapReason::kNotWatched);
    auto& into =
        each.value("all_accounts", UnorderedJson(false)) == UnorderedJson(true) ? gaps.of_store : gaps.of_account;
    into.push_back({*from, *until, reason, printable_once(text_in(each, "text"))});
  }
}

/// What it shares with nothing else: size, bytes, time, mode and owner. False: no entry is so.
bool read_body(const UnorderedJson& json, EntryState& state) {
  constexpr std::uint64_t kMostOwner = std::numeric_limits<std::uint32_t>::max();
  const auto mtime = integer_in(json, "mtime_ns");
  const auto mode = mode_in(json, "mode");
  const auto uid = natural_in(json, "uid", kMostOwner);
  const auto gid = natural_in(json, "gid", kMostOwner);
  if (!mtime || !mode || !uid || !gid) return false;
  state.mtime_ns = *mtime;
  state.mode = *mode;
  state.uid = static_cast<std::uint32_t>(*uid);
  state.gid = static_cast<std::uint32_t>(*gid);
  if (state.kind == EntryKind::kDirectory) return true;
  const auto size = natural_in(json, "size", std::numeric_limits<std::int64_t>::max());
  state.digest = Digest::from_hex(text_in(json, "digest"));
  if (!size || (!state.digest && (*size > 0 || !is_null(json, "digest")))) return false;
  state.size = *size;
  return true;
}

/// Where it stood, and what it is. False likewise.
bool read_place(const UnorderedJson& json, Version& version) {
  constexpr std::uint64_t kMostId = std::uint64_t{1} << 48U;  // Far from where a store would run out of them.
  auto& state = version.state;
  const auto item = natural_in(json, "item", kMostId);
  const auto id = natural_in(json, "version", kMostId);
  const auto parent = natural_in(json, "parent", kMostId);
  const auto kind = kind_of_word(text_in(json, "kind"));
  if (!item || *item == 0 || !id || *id == 0 || !parent || !kind || *kind == EntryKind::kAccount) return false;
  version.item = ItemId{*item};
  version.id = version.body = VersionId{*id};
  state.kind = *kind;
  state.parent = ItemId{*parent};
  state.name = text_in(json, "name");
  if (version.item != kRootItem) return state.parent != kNoItem && is_file_name(state.name);
  return state.kind == EntryKind::kDirectory && state.parent == kNoItem && state.name.empty();
}

}  // namespace

ExportRecord read_export_record(std::string_view text, const std::string& archive) {
  const auto refuse = [&] {
    throw Error(Errc::kUsage, printable(archive) + ": is no archive of yestermail export: its export.json is none");
  };
  const auto json = object_of(text);
  if (!json || text_in(*json, "format") != "yestermail-export") refuse();
  const auto version = json->find("version");
  if (version == json->end() || !version->is_number_integer() || version->get<std::int64_t>() < 1) refuse();
  if (version->get<std::int64_t>() > kExportFormat) {
    throw Error(Errc::kUnsupported,
                printable(archive) + ": has version " + std::to_string(version->get<std::int64_t>()) +
                    " of the archive's format, and this program knows " + std::to_string(kExportFormat) +
                    ": import it with the version of Yestermail that wrote it, or a later one");
  }
  ExportRecord record;
  const auto store = Uuid::from_hex(text_in(*json, "store"));
  const auto at = instant_in(*json, "instant");
  const auto accounts = json->find("accounts");
  if (!store || !at || accounts == json->end() || !accounts->is_array()) refuse();
  record.store = *store;
  record.at = *at;
  record.history = json->value("history", UnorderedJson(false)) == UnorderedJson(true);
  for (const auto& each : *accounts) {
    const auto uuid = each.is_object() ? Uuid::from_hex(text_in(each, "uuid")) : std::nullopt;
    if (!uuid) refuse();
    record.accounts.push_back({text_in(each, "account"), *uuid, text_in(each, "directory")});
  }
  return record;
}

std::optional<AccountRecord> read_account_record(std::string_view text) {
  const auto json = object_of(text);
  if (!json) return std::nullopt;
  AccountRecord record;
  auto& account = record.account;
  account.name = text_in(*json, "account");
  account.source = text_in(*json, "source");
  account.layout = text_in(*json, "layout");
  const auto uuid = Uuid::from_hex(text_in(*json, "uuid"));
  if (!uuid || (account.layout != "maildir++" && account.layout != "fs")) return std::nullopt;
  account.uuid = *uuid;
  account.since = instant_in(*json, "since").value_or(Instant{0});
  account.until = instant_in(*json, "until").value_or(kForever);
  read_gaps(*json, record.gaps);
  return record;
}

std::optional<HistoryLine> read_history_line(std::string_view text) {
  constexpr std::size_t kLongestWords = 200;
  const auto json = object_of(text);
  if (!json) return std::nullopt;
  HistoryLine line;
  auto& version = line.version;
  const auto since = instant_in(*json, "since");
  const auto until = end_in(*json, "until");
  const auto cause = cause_of_word(text_in(*json, "cause"));
  if (!since || !until || *since >= *until || !cause) return std::nullopt;
  version.since = *since;
  version.until = *until;
  version.cause = *cause;
  if (!read_place(*json, version) || !read_body(*json, version.state)) return std::nullopt;
  version.state.sender = text_in(*json, "sender");
  version.state.subject = text_in(*json, "subject");
  if (version.state.sender.size() > kLongestWords || version.state.subject.size() > kLongestWords) return std::nullopt;
  line.folder = text_in(*json, "folder");
  return line;
}

std::optional<ListedFile> read_manifest_line(std::string_view line) {
  const auto json = object_of(line);
  if (!json) return std::nullopt;
  ListedFile file;
  file.path = text_in(*json, "path");
  const auto size = json->find("size");
  const auto digest = Digest::from_hex(text_in(*json, "sha256"));
  if (file.path.empty() || size == json->end() || !size->is_number_unsigned() || !digest) return std::nullopt;
  file.size = size->get<std::uint64_t>();
  file.digest = *digest;
  return file;
}

}  // namespace yestermail
