// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "fs/past.h"
#include "fs/scope.h"

namespace yestermail {

/// Directories shown entry by entry as they were recorded: all of maildir/<time>/<account>, and with the owner's rights
/// only @home and @server. Every function answers for the directory of a scope. Safe for concurrent use.
class RecordedTree {
 public:
  explicit RecordedTree(Past& past) : past_(past) {}

  /// nullopt: not there at that time (for the root of an account: no such account).
  std::optional<Node> self(const Scope& scope);
  LookupResult lookup(const Scope& scope, std::string_view name);
  /// Entries behind `cursor`, without . and ..
  void list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);
  std::optional<NodeId> parent(const Scope& scope);

 private:
  [[nodiscard]] static Style style_of(const Scope& scope);
  [[nodiscard]] static bool is_shown(const Scope& scope, const Version& version);
  [[nodiscard]] static Node node_of(const Scope& scope, const Version& version);

  Past& past_;
};

}  // namespace yestermail
