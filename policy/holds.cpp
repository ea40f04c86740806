// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/holds.h"

#include <algorithm>

#include "base/account_words.h"
#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::size_t kLongestHoldName = 200;
constexpr std::string_view kAccounts = "accounts";

bool is_hold_name(std::string_view name) {
  const bool plain = printable(name) == name && name.find('/') == std::string_view::npos;
  return plain && !name.empty() && name.size() <= kLongestHoldName && name.front() != ' ' && name.back() != ' ';
}

}  // namespace

void require_hold_name(std::string_view name) {
  if (is_hold_name(name)) return;
  throw Error(Errc::kUsage, "\"" + printable(name) +
                                "\" cannot name a hold: 1 to 200 bytes without slash, backslash or control character");
}

std::vector<Hold> holds(View& view) {
  std::vector<Hold> all;
  for (const auto& setting : settings_of(view, kHoldWord)) all.push_back(hold_of(setting));
  return all;
}

const Hold* hold_on(std::span<const Hold> holds, std::string_view account) {
  const auto found =
      std::ranges::find_if(holds, [&](const Hold& hold) { return names_account(hold.accounts, account); });
  return found == holds.end() ? nullptr : &*found;
}

void refuse_held(View& view, std::string_view account) {
  const auto all = holds(view);
  const auto* const hold = hold_on(all, account);
  if (hold == nullptr) return;
  throw Error(Errc::kFailed, printable(account) + " is held by \"" + printable(hold->name) +
                                 "\": nothing of it is removed until \"yestermail hold release\"");
}

Setting setting_of(const Hold& hold) {
  Setting setting;
  setting.name = std::string(kHoldWord) + " " + hold.name;
  setting.fields.lists.emplace(kAccounts, hold.accounts);
  if (!hold.note.empty()) setting.fields.texts.emplace(kNoteField, hold.note);
  return setting;
}

Hold hold_of(const Setting& setting) {
  Hold hold{std::string(subject_of(setting.name)), setting.fields.list(kAccounts), setting.fields.text(kNoteField),
            setting.since};
  if (is_hold_name(hold.name) && !hold.accounts.empty()) return hold;
  throw Error(Errc::kDamage, "the setting \"" + printable(setting.name) +
                                 "\" is no hold: nothing is removed until it is added anew or released");
}

}  // namespace yestermail
