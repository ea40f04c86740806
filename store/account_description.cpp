// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/account_description.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace yestermail {
namespace {

Bytes document(const nlohmann::ordered_json& object) {
  return to_bytes(object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace

Bytes describe_account(const Account& account) {
  return document({{"account", account.name},
                   {"number", account.number.value},
                   {"uuid", account.uuid.hex()},
                   {"source", account.source},
                   {"layout", account.layout}});
}

Bytes describe_domain(const std::string& domain) { return document({{"domain", domain}}); }

}  // namespace yestermail
