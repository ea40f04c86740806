// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/pool_scope.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.h"
#include "base/digest.h"

namespace yestermail {
namespace {

constexpr std::array<std::string_view, 3> kTexts{"store", "domain", "account"};

}  // namespace

std::string_view pool_scope_text(PoolScope scope) { return kTexts.at(static_cast<std::size_t>(scope)); }

std::optional<PoolScope> parse_pool_scope(std::string_view text) {
  const auto found = std::find(kTexts.begin(), kTexts.end(), text);
  if (found == kTexts.end()) return std::nullopt;
  return static_cast<PoolScope>(found - kTexts.begin());
}

Uuid pool_id(PoolScope scope, const Uuid& account, std::string_view account_name) {
  if (scope == PoolScope::kStore || account.is_zero()) return {};
  if (scope == PoolScope::kAccount) return account;
  const auto at = account_name.rfind('@');
  const auto domain = lower_case(at == std::string_view::npos ? "" : account_name.substr(at + 1));
  return *Uuid::from_bytes(Digest::of(as_bytes(domain)).bytes().first(Uuid::kSize));
}

}  // namespace yestermail
