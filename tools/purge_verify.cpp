// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/purge_verify.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "store/purge_check.h"
#include "tools/json_output.h"
#include "tools/text.h"

namespace yestermail {

int verify_purged(Environment& env, StoreWorld world, const std::string& store, bool json) {
  const auto check = check_purged(world, store);
  if (json) {
    Json found = Json::array();
    for (const auto& what : check.found) found.push_back(json_text(what));
    print_json(env.out, {{"accounts", check.accounts},
                         {"purged_versions", check.purged},
                         {"contents", check.contents},
                         {"unreferenced_contents", check.unreferenced},
                         {"found", std::move(found)}});
  } else {
    env.out << count_text(check.purged) << " removed versions looked for in the logs, catalogs and journal of "
            << count_text(check.accounts)
            << " accounts: " << (check.found.empty() ? "none is left" : "some of them are left") << "\n"
            << count_text(check.contents) << " contents in packs, " << count_text(check.unreferenced)
            << " of them of no version\n";
  }
  for (const auto& what : check.found) env.err << "yestermail: " << printable(what) << "\n";
  return check.found.empty() ? 0 : exit_status(Errc::kDamage);
}

}  // namespace yestermail
