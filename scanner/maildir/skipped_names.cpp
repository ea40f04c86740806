// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/maildir/skipped_names.h"

#include <algorithm>
#include <array>

namespace yestermail {

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
