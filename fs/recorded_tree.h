// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "fs/past.h"
#include "fs/scope.h"

namespace yestermail {

/// Who owns what is nobody's mail: the user that mounts.
struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// Directories shown entry by entry as they were recorded: all of maildir/<time>/<account>, and with the owner's rights
/// only @home and @server. What a source
/// has in CONTROL= is maildir/<time>/<account>/@control, never listed. In @server the entry of an account NAME is the
/// file NAME.json, and everything belongs to the user that mounts. Every function answers for the directory of a scope.
/// Safe for concurrent use.
class RecordedTree {
 public:
  /// `closed`: without any right to write, whatever was recorded.
  RecordedTree(Past& past, Owner owner, bool closed) : past_(past), owner_(owner), closed_(closed) {}

  /// nullopt: not there at that time (for the root of an account: no such account).
  std::optional<Node> self(const Scope& scope);
  LookupResult lookup(const Scope& scope, std::string_view name);
  /// Entries behind `cursor`, without . and ..
  void list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);
  std::optional<NodeId> parent(const Scope& scope);

  /// The attributes of an entry of an account, with the owner and the mode that it has here.
  [[nodiscard]] Attributes as_shown(AccountNumber account, Attributes attributes) const;

 private:
  [[nodiscard]] static Style style_of(const Scope& scope);
  [[nodiscard]] static bool is_shown(const Scope& scope, const Version& version);
  /// Not listed, since it stood elsewhere, but there for who serves the past.
  [[nodiscard]] static bool is_control(const Scope& scope, const Version& version);
  [[nodiscard]] Node node_of(const Scope& scope, const Version& version) const;

  Past& past_;
  const Owner owner_;
  const bool closed_;
};

}  // namespace yestermail
