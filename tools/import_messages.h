// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "archive/import.h"
#include "tools/json_output.h"

namespace yestermail {

// What an import says over STORE/control, as JSON (docs/control.md).

/// What a daemon is asked to take in: the state of an archive, of another store or of a tree.
struct ImportRequest {
  std::string from;  ///< a path from the root, or maildir:PATH of one
  Instant at = kForever;
  ImportOrder order;  ///< accounts, names and threads of it
};

Json import_request_json(const ImportRequest& request);
/// Error{kUsage} for what is no such request: the text tells what is wrong with it.
ImportRequest import_request_of(const Json& request);

/// "recorded", "already there", "skipped" or "failed".
std::string_view import_fate_text(ImportFate fate);
/// Of a note all but its class of error.
Json import_note_json(const ImportNote& note);
ImportNote import_note_of(const Json& json);

Json import_tally_json(const ImportTally& tally);
ImportTally import_tally_of(const Json& json);

}  // namespace yestermail
