// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/account_patterns.h"

#include "base/account_words.h"

namespace yestermail {

bool AccountPatterns::wants(const std::string& name) const {
  if (import) return import->contains(name);
  return (accounts.empty() || names_account(accounts, name)) && !names_account(exclude, name);
}

}  // namespace yestermail
