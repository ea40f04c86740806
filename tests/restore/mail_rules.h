// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "tests/support/tree_compare.h"

namespace yestermail::test {

/// What a restore brings back of a Maildir: messages and their folders, not the files that stand beside them.
inline TreeRules of_mail() {
  TreeRules rules;
  rules.directory_mtimes = false;
  rules.ignore = [](std::string_view path) {
    const auto name = path.substr(path.rfind('/') + 1);
    return name == "subscriptions" || name == "dovecot-uidlist" || name == "dovecot-acl" || name == "tmp" ||
           name == "maildirfolder" || name == "dovecot-keywords";
  };
  return rules;
}

}  // namespace yestermail::test
