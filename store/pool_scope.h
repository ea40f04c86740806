// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "base/uuid.h"

namespace yestermail {

/// Who shares parts with whom. Settled when a store is made (docs/format.md 2). Within a scope somebody who can
/// have a mail recorded could learn, from its size, whether a part is there already.
enum class PoolScope { kStore, kDomain, kAccount };

[[nodiscard]] std::string_view pool_scope_text(PoolScope scope);
[[nodiscard]] std::optional<PoolScope> parse_pool_scope(std::string_view text);

/// The pool of an account; zero: that of the whole store.
[[nodiscard]] Uuid pool_id(PoolScope scope, const Uuid& account, std::string_view account_name);

}  // namespace yestermail
