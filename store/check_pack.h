// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "store/check_joiner.h"
#include "store/check_owner.h"

namespace yestermail {

/// Reads a pack once, in order: its bytes are hashed for its name while its frames are decoded, what stands in a frame
/// is compared with its digests while that is at hand. Level 2 and deeper. A blob that is damaged here and stands in
/// another pack too is no loss, and only the pack is named.
void check_pack(const CheckContext& context, const CheckedOwner& owner, const Digest& name, CheckJoiner& joiner);

}  // namespace yestermail
