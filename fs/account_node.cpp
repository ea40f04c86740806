// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/account_node.h"

#include "fs/folder_finder.h"

namespace yestermail {
namespace {

NodeId account_id(const Scope& scope, AccountNumber shown) { return sibling_id(scope, NodeKind::kAccount, shown, 0); }

}  // namespace

Node account_node(View& view, const Scope& scope, AccountNumber shown, AccountNumber life) {
  const auto root = newest_by(view, life, kRootItem, kForever);
  const auto attributes = owner_directory(scope.moment, root ? root->state.uid : 0, root ? root->state.gid : 0);
  return directory_node(scope, account_id(scope, shown), attributes);
}

Node account_entry(View& view, const Scope& scope, AccountNumber shown, AccountNumber life) {
  if (view.is_at_hand(life)) return account_node(view, scope, shown, life);
  return unopened_directory(scope, account_id(scope, shown));
}

}  // namespace yestermail
