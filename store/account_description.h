// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/bytes.h"
#include "store/view.h"

namespace yestermail {

/// What the mount shows of an account and a domain under @server: a JSON object each.
Bytes describe_account(const Account& account);
Bytes describe_domain(const std::string& domain);

}  // namespace yestermail
