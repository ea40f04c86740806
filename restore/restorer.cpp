// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/restorer.h"

#include <algorithm>
#include <array>
#include <deque>
#include <span>

#include "base/maildir_name.h"
#include "restore/live_keywords.h"

namespace yestermail {
namespace {

constexpr std::size_t kBatch = 256;

/// Files that a mail server makes anew, and those that a restore takes over by itself.
bool is_made_anew(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames{"dovecot-keywords", "dovecot-uidlist", "maildirfolder",
                                                   "subscriptions"};
  return std::ranges::find(kNames, name) != kNames.end() || name.starts_with("dovecot.index");
}

/// The store is trusted to give what was recorded, not to have recorded what is harmless.
bool is_message_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

std::string text_of(BlobReader& blob) {
  constexpr std::uint64_t kMost = 1U << 20U;
  Bytes bytes(std::min(blob.size(), kMost));
  bytes.resize(blob.read(0, bytes));
  return std::string(as_text(bytes));
}

std::string without_deleted_flag(const std::string& name) {
  const auto flags = maildir_flags(name);
  if (flags.empty()) return name;
  const auto at = static_cast<std::size_t>(flags.data() - name.data());
  std::string kept(flags);
  std::erase(kept, 'T');
  return name.substr(0, at) + kept + name.substr(at + flags.size());
}

}  // namespace

void Restorer::restore_folder(const RecordedFolder& folder, Instant at) {
  const auto& keywords = keywords_of(folder, at);
  const std::array<Origin, 2> origins{Origin{folder.path, false, &keywords}, Origin{folder.path, true, &keywords}};
  std::vector<Chosen> chosen;
  for (const auto& origin : origins) {
    const auto* name = origin.is_new ? "new" : "cur";
    const auto directory = setting_.view.lookup(setting_.account.number, folder.item, name, at);
    if (directory && directory->state.kind == EntryKind::kDirectory)
      choose_messages(directory->item, at, origin, chosen);
  }
  put(chosen, {folder.path, folder.directory, keywords});
  skip_files(folder, at);
}

void Restorer::restore_item(const RecordedFolder& folder, const Version& version, Instant at) {
  const auto& keywords = keywords_of(folder, at);
  const auto parent = setting_.view.item_at(setting_.account.number, version.state.parent, at);
  const Origin origin{folder.path, parent && parent->state.name == "new", &keywords};
  if (version.state.kind != EntryKind::kMessage) {
    return skip({version, folder.path, false, &keywords}, "no message: \"yestermail cat\" prints it");
  }
  put({{version.id, &origin}}, {folder.path, folder.directory, keywords});
}

void Restorer::put_back(const std::vector<Deleted>& deleted, const FolderPlace& place) {
  std::deque<Origin> origins;
  std::vector<Chosen> chosen;
  for (const auto& item : deleted) {
    // Unread mail goes to cur/ too: who looks for it finds it in one place, and Dovecot would move it there anyway.
    const Origin origin{item.folder.path, false, &keywords_of(item.folder, item.seen), true};
    const bool same =
        !origins.empty() && origins.back().folder == origin.folder && origins.back().keywords == origin.keywords;
    if (!same) origins.push_back(origin);
    chosen.push_back({item.version, &origins.back()});
  }
  put(chosen, place);
}

void Restorer::choose_messages(ItemId directory, Instant at, const Origin& origin, std::vector<Chosen>& to) {
  for (const auto id : setting_.view.list(setting_.account.number, directory, at)) to.push_back({id, &origin});
}

void Restorer::skip_files(const RecordedFolder& folder, Instant at) {
  const auto files = setting_.view.list_kind(setting_.account.number, folder.item, at, EntryKind::kFile);
  for (const auto& version : files) {
    if (is_made_anew(version.state.name)) continue;
    skip({version, folder.path, false, nullptr}, "no message: copy it from the mount where it is wanted");
  }
}

/// Twice over the items, a batch of them at a time: all that are there find their files before one is written.
void Restorer::put(const std::vector<Chosen>& chosen, const FolderPlace& place) {
  auto style = destination_.open_folder(place, setting_.dry_run);
  std::optional<TargetFolder> target;
  if (style) {
    target.emplace(TargetFolder::Setting{setting_.view, setting_.account.number, setting_.report, setting_.dry_run},
                   std::move(style));
  }
  std::vector<bool> settled(chosen.size());
  const auto each = [&](const auto& act) {
    for (std::size_t from = 0; from < chosen.size(); from += kBatch) {
      std::vector<VersionId> ids;
      std::vector<std::size_t> places;
      for (auto i = from; i < std::min(chosen.size(), from + kBatch); ++i) {
        if (settled[i]) continue;
        ids.push_back(chosen[i].version);
        places.push_back(i);
      }
      const auto versions = setting_.view.versions(setting_.account.number, ids);
      for (std::size_t i = 0; i < versions.size(); ++i) {
        const auto& origin = *chosen[places[i]].origin;
        Wanted item{versions[i], origin.folder, origin.is_new, origin.keywords};
        if (origin.clear_deleted) item.version.state.name = without_deleted_flag(item.version.state.name);
        settled[places[i]] = act(item);
      }
    }
  };
  each([&](const Wanted& item) {
    const auto& state = item.version.state;
    if (state.kind != EntryKind::kMessage || !state.digest || !is_message_name(state.name)) {
      skip(item, "its name is none of a message");
      return true;
    }
    if (target) return target->look(item);
    setting_.report({Outcome::kRestored, item, {}, {}, {}});
    return true;
  });
  if (!target) return;
  each([&](const Wanted& item) {
    target->add(item);
    return true;
  });
  target->finish();
}

void Restorer::skip(const Wanted& item, const std::string& why) {
  setting_.report({Outcome::kSkipped, item, {}, why, {}});
}

/// They stand in the folder, or in its control directory where Dovecot was told to keep such files elsewhere.
const KeywordMap& Restorer::keywords_of(const RecordedFolder& folder, Instant at) {
  auto& view = setting_.view;
  const auto account = setting_.account.number;
  auto file = view.lookup(account, folder.item, kKeywordsFile, at);
  auto control = file ? std::nullopt : view.lookup(account, kRootItem, "@control", at);
  const bool fs = setting_.account.layout == "fs";
  auto rest = !folder.directory.empty() ? folder.directory : std::string(fs ? "INBOX" : ".INBOX");
  while (control && !rest.empty()) {
    const auto level = rest.substr(0, rest.find('/'));
    rest.erase(0, level.size() + 1);
    control = view.lookup(account, control->item, level, at);
  }
  if (control) file = view.lookup(account, control->item, kKeywordsFile, at);
  if (!file || !file->state.digest) return keywords_[VersionId{}];
  const auto [found, fresh] = keywords_.try_emplace(file->id);
  if (fresh) found->second = KeywordMap(text_of(*view.open_blob(account, *file->state.digest)));
  return found->second;
}

}  // namespace yestermail
