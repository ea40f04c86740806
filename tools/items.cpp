// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/items.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/instant_text.h"
#include "base/maildir_name.h"
#include "fs/item_names.h"
#include "fs/item_tag.h"
#include "tools/accounts.h"

namespace yestermail {
namespace {

const char* kind_text(EntryKind kind) {
  switch (kind) {
    case EntryKind::kDirectory: return "directory";
    case EntryKind::kMessage: return "message";
    case EntryKind::kAccount: return "account";
    default: return "file";
  }
}

/// A name that stands in the folder as it was given.
std::optional<Version> exact(View& view, AccountNumber account, const MailFolder& folder, std::string_view name,
                             Instant at) {
  for (const auto directory : message_directories(view, account, folder.item, at)) {
    if (auto found = view.lookup(account, directory, name, at)) return found;
  }
  auto found = view.lookup(account, folder.item, name, at);
  if (found && found->state.kind == EntryKind::kDirectory) return std::nullopt;
  return found;
}

/// Reads the folder through for a name that is not the exact one.
std::optional<Version> similar(View& view, AccountNumber account, const MailFolder& folder, std::string_view name,
                               Instant at) {
  std::optional<Version> result;
  auto directories = message_directories(view, account, folder.item, at);
  directories.push_back(folder.item);
  for (const auto directory : directories) {
    for_each_entry(view, account, directory, at, [&](const Version& version) {
      const auto& state = version.state;
      if (state.kind == EntryKind::kDirectory) return;
      const bool is_base = state.kind == EntryKind::kMessage && maildir_base(state.name) == name;
      if (!is_base && printable(state.name) != name) return;
      if (result) {
        throw Error(Errc::kUsage, "\"" + printable(name) + "\" is more than one item of " + printable(folder.path) +
                                      ": use " + tagged(result->item) + " or " + tagged(version.item));
      }
      result = version;
    });
  }
  return result;
}

}  // namespace

std::string tagged(ItemId item) { return "~" + item_tag(item); }

std::optional<ItemId> item_of_tagged(std::string_view text) {
  if (!text.starts_with('~')) return std::nullopt;
  return item_of_tag(text.substr(1));
}

std::string headline(const EntryState& state) {
  if (state.kind != EntryKind::kMessage) return printable(state.name);
  if (state.sender.empty() || state.subject.empty()) return printable(state.sender + state.subject);
  return printable(state.sender) + " - " + printable(state.subject);
}

Json item_json(const Version& version) {
  const auto& state = version.state;
  Json json{{"item", item_tag(version.item)}, {"kind", kind_text(state.kind)}, {"name", json_text(state.name)}};
  if (state.kind == EntryKind::kMessage) {
    json["flags"] = json_text(maildir_flags(state.name));
    json["sender"] = json_text(state.sender);
    json["subject"] = json_text(state.subject);
  }
  if (state.digest) {
    json["size"] = state.size;
    json["digest"] = state.digest->hex();
  }
  json["date"] = instant_text(Instant{state.mtime_ns / 1000});
  json["mtime_ns"] = state.mtime_ns;
  json["mode"] = state.mode;
  json["uid"] = state.uid;
  json["gid"] = state.gid;
  json["since"] = json_instant(version.since);
  json["until"] = json_instant(version.until);
  return json;
}

Version item_named(View& view, const Account& account, const MailFolder& folder, std::string_view name, Instant at) {
  if (auto found = exact(view, account.number, folder, name, at)) return *found;
  auto item = item_of_tagged(name);
  if (!item) item = item_of_name(name);
  if (item) {
    auto found = item_tagged(view, account, *item, at);
    FolderNamer namer(view, account.number, account.layout);
    const auto path = namer.path_of(found.state.parent, at);
    if (path == folder.path) return found;
    throw Error(Errc::kNotFound, "item " + printable(name) + " was in the folder " + printable(path) + " " +
                                     at_text(at) + ", not in " + printable(folder.path));
  }
  if (auto found = similar(view, account.number, folder, name, at)) return *found;
  const auto where = printable(account.name) + "/" + printable(folder.path);
  throw Error(Errc::kNotFound, "no item \"" + printable(name) + "\" in " + where + " " + at_text(at) +
                                   ": \"yestermail list " + where + "\" shows what is there");
}

Version item_tagged(View& view, const Account& account, ItemId item, Instant at) {
  if (auto found = view.item_at(account.number, item, at)) return *found;
  const auto history = view.history(account.number, item);
  const auto name = "item " + tagged(item) + " of " + printable(account.name);
  if (history.empty()) throw Error(Errc::kNotFound, "no " + name + ": \"yestermail log\" shows those that were");
  const auto& last = history.back();
  throw Error(Errc::kNotFound,
              name + " is not there " + at_text(at) + ": it came at " + instant_text(history.front().since) +
                  (last.until == kForever ? std::string() : " and went at " + instant_text(last.until)) +
                  ": choose a time between with --at");
}

}  // namespace yestermail
