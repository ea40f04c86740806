// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/setting_check.h"

#include "base/error.h"
#include "policy/holds.h"
#include "policy/retention.h"
#include "policy/snapshots.h"

namespace yestermail {

void check_setting(const Setting& setting) {
  const auto word = std::string_view(setting.name).substr(0, setting.name.find(' '));
  try {
    if (word == kSnapshotWord) {
      snapshot_of(setting);
    } else if (word == kHoldWord) {
      hold_of(setting);
    } else if (word == kRetentionWord) {
      const auto rule = retention_of(setting);
      if (checked_scope(rule.scope) != rule.scope) throw Error(Errc::kUsage, "a domain is written in lower case");
    } else {
      throw Error(Errc::kUsage, "\"" + printable(setting.name) + "\" is no setting that is known");
    }
  } catch (const Error& error) {
    throw Error(Errc::kUsage, error.what());
  }
}

}  // namespace yestermail
