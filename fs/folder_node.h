// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "fs/folder_tree.h"
#include "fs/scope.h"

namespace yestermail {

/// The node id of a folder's directory.
NodeId folder_id(const Scope& scope, const Folder& folder);

/// The item whose version tells the owner and the time of a folder's directory: its own, or the account's root where no
/// directory stands for it.
ItemId item_of(const Folder& folder);

/// The node of a folder's directory; `version` is that of item_of(folder), if there is one.
Node folder_node(const Scope& scope, const Folder& folder, const std::optional<Version>& version);

}  // namespace yestermail
