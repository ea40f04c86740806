// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "base/filesystem.h"
#include "store/pack_reader.h"

namespace yestermail {

/// Visits some entries of a sealed pack with what is stored for them, frame by frame; a frame with none of them is not
/// read. Error{kDamage} names the file.
void visit_pack(Filesystem& disk, const std::string& path, const std::function<bool(const PackEntry&)>& wanted,
                const std::function<void(const PackEntry&, ByteView stored)>& visit);

/// The parts that a recipe names. Error{kDamage} where it is none.
void visit_parts(ByteView recipe, const std::function<void(const Digest&)>& visit);

}  // namespace yestermail
