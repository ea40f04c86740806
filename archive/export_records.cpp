// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/export_records.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "archive/record_words.h"
#include "base/instant_text.h"
#include "base/json_text.h"

namespace yestermail {
namespace {

using Json = nlohmann::ordered_json;

Json instant_or_null(Instant instant, Instant at) {
  return instant == kForever || instant > at ? Json(nullptr) : Json(instant_text(instant));
}

std::string mode_text(std::uint32_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode & 0777U);
  return text.data();
}

}  // namespace

std::string export_record(const ExportOrder& order) {
  Json json{{"format", "yestermail-export"}, {"version", kExportFormat},          {"made_by", order.made_by},
            {"store", order.store.hex()},    {"instant", instant_text(order.at)}, {"history", order.history}};
  json["accounts"] = Json::array();
  for (const auto& each : order.accounts) {
    json["accounts"].push_back({{"account", json_text(each.account.name)},
                                {"uuid", each.account.uuid.hex()},
                                {"directory", json_text(each.directory)}});
  }
  return json.dump(1) + "\n";
}

std::string account_record(const ExportAccount& account, const RecordedGaps& gaps) {
  const auto& profile = account.account;
  Json json{
      {"account", json_text(profile.name)},   {"uuid", profile.uuid.hex()},
      {"source", json_text(profile.source)},  {"layout", json_text(profile.layout)},
      {"since", instant_text(profile.since)}, {"until", instant_or_null(profile.until, Instant{account.at.value + 1})},
      {"instant", instant_text(account.at)}};
  json["gaps"] = Json::array();
  const auto add = [&](const std::vector<Gap>& of, bool all_accounts) {
    for (const auto& gap : of) {
      json["gaps"].push_back({{"from", instant_text(gap.from)},
                              {"until", instant_or_null(gap.until, kForever)},
                              {"reason", word_of(gap.reason)},
                              {"text", json_text(gap.text)},
                              {"all_accounts", all_accounts}});
    }
  };
  add(gaps.of_store, true);
  add(gaps.of_account, false);
  return json.dump(1) + "\n";
}

std::string history_record(const Version& version, const std::string& folder, Instant at) {
  const auto& state = version.state;
  Json json{{"item", version.item.value},           {"version", version.id.value},
            {"since", instant_text(version.since)}, {"until", instant_or_null(version.until, at)},
            {"cause", word_of(version.cause)},      {"kind", word_of(state.kind)},
            {"folder", json_text(folder)},          {"name", json_text(state.name)},
            {"parent", state.parent.value}};
  if (state.kind != EntryKind::kDirectory) {
    json["size"] = state.size;
    json["digest"] = state.digest ? Json(state.digest->hex()) : Json(nullptr);
  }
  json["date"] = instant_text(Instant{state.mtime_ns / 1000});
  json["mtime_ns"] = state.mtime_ns;
  json["mode"] = mode_text(state.mode);
  json["uid"] = state.uid;
  json["gid"] = state.gid;
  if (state.kind == EntryKind::kMessage) {
    json["sender"] = json_text(state.sender);
    json["subject"] = json_text(state.subject);
  }
  return json.dump() + "\n";
}

std::string export_readme(const ExportOrder& order) {
  std::string text =
      "This is an export of a mail archive kept by Yestermail. It holds mailboxes as they were at\n" +
      instant_text(order.at) +
      " (UTC). Nothing but tar and zstd is needed to read it:\n"
      "\n"
      "    tar --zstd -xpf ARCHIVE          everything (as root, with its owners)\n"
      "    tar --zstd -tf ARCHIVE           what there is\n"
      "    zstd -dc ARCHIVE | tar -xpf -    where tar knows no zstd\n"
      "\n"
      "  export.json                   what this is, and which accounts are in it\n"
      "  accounts/NAME/account.json    an account\n"
      "  accounts/NAME/maildir/        its Maildir: one file a mail, with name, flags, date, mode and owner.\n"
      "                                Copy it (cp -a) to where a mail server looks for it; any mail program\n"
      "                                that knows Maildir opens it. The files in cur/ and new/ are mails.\n"
      "  accounts/NAME/home/           what stood beside it: sieve scripts; control/: control files\n";
  if (order.history) {
    text +=
        "  accounts/NAME/history.jsonl   a line a state of a mail or file: since when, until when (null: it still\n"
        "                                was so), in which folder, under which name, and the SHA-256 of its bytes\n"
        "  accounts/NAME/blobs/aa/SHA256 the bytes of what is not in maildir/ any more\n"
        "  ended/NAME~ID/                the same of an account that was gone, as it was last\n";
  }
  text +=
      "  manifest.jsonl                path, size and SHA-256 of every file above, in this order\n"
      "\n"
      "Whether all of it is as it was written:\n"
      "\n"
      "    jq -r '.sha256 + \"  \" + .path' manifest.jsonl | sha256sum --quiet -c\n"
      "\n"
      "Names are bytes. In the JSON files a byte that is not UTF-8 is written as \\xNN and a backslash as \\x5c.\n"
      "tar may warn of an unknown keyword \"hdrcharset\" where a name is not ASCII: that does no harm.\n";
  return text;
}

}  // namespace yestermail
