// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/json_text.h"
#include "policy/settings.h"
#include "scanner/scan.h"
#include "tools/json_output.h"

namespace yestermail {

// What goes over STORE/control, as JSON (docs/control.md). Texts may hold any bytes: they are written as by
// json_text().

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
