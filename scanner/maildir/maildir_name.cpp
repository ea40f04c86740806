// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/maildir/maildir_name.h"

#include <algorithm>
#include <array>

namespace yestermail {

std::string_view maildir_base(std::string_view file_name) {
  const auto colon = file_name.find(':');
  if (colon == 0) return file_name;
  return file_name.substr(0, colon);
}

std::string_view maildir_flags(std::string_view file_name) {
  const auto colon = file_name.rfind(':');
  if (colon == std::string_view::npos) return {};
  auto info = file_name.substr(colon + 1);
  if (!info.starts_with("2,")) return {};
  info.remove_prefix(2);
  return info.substr(0, info.find(','));
}

bool is_skipped_file(std::string_view name, bool among_messages) {
  if (among_messages) return name.starts_with('.');
  static constexpr std::array<std::string_view, 3> kWhole{"dovecot.index.cache", "dovecot-acl-list", "maildirsize"};
  static constexpr std::array<std::string_view, 7> kBeginnings{
      "temp.", ".temp.", "dovecot.list.index", "dovecot.mailbox.log", "dovecot-uidvalidity", "mailboxes.lock", ".nfs"};
  static constexpr std::array<std::string_view, 3> kEnds{".lock", ".newlock", ".tmp"};
  return std::ranges::find(kWhole, name) != kWhole.end() ||
         std::ranges::any_of(kBeginnings, [&](std::string_view part) { return name.starts_with(part); }) ||
         std::ranges::any_of(kEnds, [&](std::string_view part) { return name.ends_with(part); });
}

bool is_skipped_directory(std::string_view name) { return name == "..DOVECOT-TRASHED" || name == "..DOVECOT-TrasH"; }

}  // namespace yestermail
