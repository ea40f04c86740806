// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/folder_node.h"

namespace yestermail {

NodeId folder_id(const Scope& scope, const Folder& folder) {
  return sibling_id(scope, NodeKind::kFolder, scope.account(), folder.anchor.value, folder.depth);
}

ItemId item_of(const Folder& folder) { return folder.item == kNoItem ? kRootItem : folder.item; }

Node folder_node(const Scope& scope, const Folder& folder, const std::optional<Version>& version) {
  auto attributes = version ? attributes_of(version->state, Style::kOwnerOnly) : owner_directory(scope.moment, 0, 0);
  if (folder.item == kNoItem) attributes = owner_directory(scope.moment, attributes.uid, attributes.gid);
  return directory_node(scope, folder_id(scope, folder), attributes);
}

}  // namespace yestermail
