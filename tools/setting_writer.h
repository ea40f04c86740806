// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "policy/settings.h"
#include "store/store.h"

namespace yestermail {

/// Writes settings of a store: as its writer, or where a daemon is that, through it. Both wait until it is durable.
/// Errors are those of put_setting() and remove_setting(), and Error{kLocked}: something else writes to the store.
void write_setting(StoreWorld world, const std::string& store, const Setting& setting, Existing existing);
void drop_setting(StoreWorld world, const std::string& store, std::string_view name);

}  // namespace yestermail
