// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "base/digest.h"
#include "store/recipe_joiner.h"

namespace yestermail {

/// Takes apart a blob by the recipe that made it, to get back parts that are lost: those for which `is_lost` is true,
/// each compared with its digest. `stored` gives what is stored for a part that is there, so that the chunks of a part
/// that is a recipe itself are found too; nullopt: it cannot be had. Error{kDamage} where the recipe is none of this
/// blob.
std::map<Digest, Bytes> recover_parts(ByteView blob, ByteView recipe, const std::function<bool(const Digest&)>& is_lost,
                                      const std::function<std::optional<PartProvider::Part>(const Digest&)>& stored);

}  // namespace yestermail
