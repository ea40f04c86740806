// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/folder_evidence.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/error.h"
#include "base/maildir_name.h"
#include "scanner/listing.h"

namespace yestermail {
namespace {

constexpr std::size_t kHeaderLine = 4096;

struct Names {
  std::unordered_set<std::string> bases;   ///< of messages
  std::unordered_set<std::string> others;  ///< of directories that are no part of a folder
  bool is_folder = false;
};

}  // namespace

std::optional<std::string> folder_guid(std::string_view uidlist) {
  auto line = uidlist.substr(0, uidlist.find('\n'));
  if (!line.starts_with("3 ")) return std::nullopt;
  while (!line.empty()) {
    const auto word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), word.size() + 1));
    if (word.size() > 1 && word.front() == 'G') return std::string(word.substr(1));
  }
  return std::nullopt;
}

std::optional<std::string> FolderEvidence::guid_on_disk(TreeKind tree, const std::string& path) const {
  const auto& beneath = run_.tree(tree);
  const auto directory = beneath.open_directory(path);
  if (std::holds_alternative<Denial>(directory)) return std::nullopt;
  const auto file = beneath.open_file(std::get<Opened>(directory).fd.get(), std::string(kUidList));
  if (std::holds_alternative<Denial>(file)) return std::nullopt;
  std::array<char, kHeaderLine> text{};
  const auto size = ::pread(std::get<Opened>(file).fd.get(), text.data(), text.size(), 0);
  return size <= 0 ? std::nullopt : folder_guid({text.data(), static_cast<std::size_t>(size)});
}

std::optional<std::string> FolderEvidence::recorded_guid(ItemId directory) const {
  const auto uidlist = view_.lookup(run_.number, directory, kUidList, kForever);
  if (!uidlist || !uidlist->state.digest) return std::nullopt;
  try {
    std::array<std::byte, kHeaderLine> text{};
    const auto size = view_.open_blob(run_.number, *uidlist->state.digest)->read(0, text);
    return folder_guid(as_text(std::span(text).first(size)));
  } catch (const Error& error) {
    if (error.code() != Errc::kDamage) throw;
    return std::nullopt;  // The store has told its log.
  }
}

bool FolderEvidence::have_something_in_common(TreeKind tree, const std::string& path, ItemId recorded) const {
  Names names;
  for (const auto& child : view_.list_kind(run_.number, recorded, kForever, EntryKind::kDirectory)) {
    if (!is_folder_part(child.state.name)) names.others.insert(child.state.name);
    if (!is_message_directory(child.state.name)) continue;
    names.is_folder = true;
    for (const auto& message : view_.list_kind(run_.number, child.item, kForever, EntryKind::kMessage)) {
      names.bases.insert(std::string(maildir_base(message.state.name)));
    }
  }

  const auto& beneath = run_.tree(tree);
  const auto list = [&](const std::string& of) -> std::optional<Listing> {
    const auto directory = beneath.open_directory(of);
    if (std::holds_alternative<Denial>(directory)) return std::nullopt;
    return Listing::read(std::get<Opened>(directory).fd.get());
  };
  bool empty = true;
  for (const auto* part : {"cur", "new"}) {
    const auto listing = list(path + "/" + part);
    if (!listing) continue;
    for (const auto& entry : listing->entries()) {
      if (names.bases.contains(std::string(maildir_base(entry.name)))) return true;
      empty = false;
    }
  }
  if (names.is_folder) return empty && names.bases.empty();
  const auto listing = list(path);
  if (!listing) return false;
  for (const auto& entry : listing->entries()) {
    if (names.others.contains(std::string(entry.name))) return true;
    if (!is_folder_part(entry.name)) empty = false;
  }
  return empty && names.others.empty();
}

}  // namespace yestermail
