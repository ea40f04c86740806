// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json_text.h"
#include "policy/settings.h"
#include "scanner/scan.h"
#include "tools/json_output.h"

namespace yestermail {

// What goes over STORE/control, as JSON (docs/control.md). Texts may hold any bytes: they are written as by
// json_text().

/// Gives each member of a request but "do" to `read`, which is false for one that it does not know. Error{kUsage} names
/// such a one, and one of a wrong type, at which `read` lets a Json::exception through.
void read_members(const Json& request, const std::function<bool(const std::string& key, const Json& value)>& read);
Json texts_json(const std::vector<std::string>& texts);
/// Error{kUsage} where it is no list.
std::vector<std::string> texts_of(const Json& json);
/// A number of threads; Error{kUsage} where it is none, or too large.
unsigned threads_of(const Json& value);

Json scan_request_json(const ScanOptions& options);
/// Error{kUsage} for what is no such request: the text tells what is wrong with it.
ScanOptions scan_request(const Json& request);

Json tally_json(const ScanTally& tally);
ScanTally tally_of(const Json& json);

Json scan_report_json(const ScanReport& report);
ScanReport scan_report_of(const Json& json);

Json put_setting_json(const Setting& setting, Existing existing);
/// What it asks for. Error{kUsage} for what is no such request.
std::pair<Setting, Existing> put_setting_request(const Json& request);
Json remove_setting_json(std::string_view name);
std::string remove_setting_request(const Json& request);

Json error_json(const Error& error);
Error error_of(const Json& json);

}  // namespace yestermail
