// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "store/recorder.h"
#include "store/view.h"

namespace yestermail {

// The files of the server account's directory `settings`, whatever stands in them.

/// Those that are there now and whose names begin with `word` and a space, by name.
std::vector<Version> setting_files(View& view, std::string_view word);
std::optional<Version> setting_file(View& view, std::string_view name);

/// nullopt: it has more than `most` bytes. Error{kDamage} where it cannot be read.
std::optional<Bytes> read_setting_file(View& view, const Version& version, std::size_t most);

/// Writes one, or another content of one; durable on return. Error{kUsage}: its name cannot be the name of a file.
void put_setting_file(Recorder& recorder, const std::string& name, Bytes content, Instant now);

}  // namespace yestermail
