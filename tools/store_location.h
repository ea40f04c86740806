// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "store/store.h"
#include "tools/arguments.h"
#include "tools/environment.h"

namespace yestermail {

inline constexpr OptionSpec kStoreOption{"store", 's', "DIR", "the store", false};
inline constexpr OptionSpec kJsonOption{"json", 0, "", "print JSON: raw numbers, one document", false};
inline constexpr OptionSpec kAtOption{"at", 'a', "INSTANT", "look at this time instead of now", false};

/// The store's directory, without slashes at its end: --store, else YESTERMAIL_STORE, else `store` of the configuration
/// file. Error{kUsage} if none of them says.
std::string store_path(const Arguments& arguments, const Environment& env);
/// The same for a command that also takes it as a word. `given` comes first.
std::string store_path(const std::optional<std::string>& given, const Environment& env);

/// What open_view() and the like take.
StoreWorld store_world(const Environment& env, Log& log);

/// The instant that an option names, also by the name of a snapshot of the store. Error{kUsage} if it names none or one
/// in the future; absent: nullopt.
std::optional<Instant> instant_option(const Arguments& arguments, std::string_view option, const Environment& env);
/// --at; kForever if it was not given.
Instant at_option(const Arguments& arguments, const Environment& env);

/// The path from the root, for what outlives the working directory.
std::string absolute_path(const std::string& path);

}  // namespace yestermail
