// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "store/recorder.h"

namespace yestermail {

/// Error{kUsage}: not what can be noted of an erasure, 200 bytes of text at most.
void require_erasure_note(const std::string& note);

/// Remembers the contents of what is about to be erased, so that Erasures has them: of whole accounts all that they
/// ever had. Durable on return; only then may they be purged. What is remembered already is not again. Of the contents
/// nothing is kept but marks. Memory: 5 MB, and 24 bytes for each content that was remembered before. Returns how many
/// are new.
std::uint64_t remember_erased(Recorder& recorder, std::span<const PurgeRequest> requests, const std::string& note,
                              Instant now);

}  // namespace yestermail
