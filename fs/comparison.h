// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "fs/gathering.h"
#include "fs/remains.h"
#include "store/view.h"

namespace yestermail {

/// What to gather of the versions of `shown` that are not at `other`.
enum class Difference : std::uint8_t {
  kMissing,  ///< messages that are not there at all, neither as items nor by their content; and folders
  kAltered,  ///< the other ones: in another folder, with other flags, …
};

/// Compares an account at an instant with itself, or another life of it, at another: gathers from `shown`. Without
/// `other`, all of it is missing there. Takes as long as there were changes between the two instants.
Gathering compare(View& view, const AccountAt& shown, const std::optional<AccountAt>& other, Difference difference);

}  // namespace yestermail
