// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fs/moment.h"
#include "fs/node.h"
#include "fs/node_id.h"
#include "fs/view_table.h"
#include "store/entry.h"

namespace yestermail {

/// A directory node that was asked about: what its id says and the time that it shows.
struct Scope {
  NodeParts parts;
  TimeView view;
  Moment moment;
  std::uint64_t generation = 1;

  [[nodiscard]] AccountNumber account() const { return parts.account; }
  [[nodiscard]] ItemId item() const { return ItemId{parts.number}; }
  [[nodiscard]] Lifetime lifetime() const { return moment.settled ? Lifetime::kFixed : Lifetime::kLive; }
  [[nodiscard]] Lifetime absence() const { return moment.settled ? Lifetime::kFixed : Lifetime::kNone; }
};

/// How recorded entries are shown: as they were, or with no rights but the owner's to read.
enum class Style : std::uint8_t { kExact, kOwnerOnly };

/// The attributes that all versions with this body have.
Attributes attributes_of(const EntryState& state, Style style);

/// A file's node: the same in all times, since it depends on account and body alone. `lifetime` is the name's.
Node file_node(AccountNumber account, const Version& version, Style style, Lifetime lifetime);

/// A node of another directory of the same time.
NodeId sibling_id(const Scope& scope, NodeKind kind, AccountNumber account, std::uint64_t number,
                  std::uint8_t depth = 0);
Node directory_node(const Scope& scope, NodeId id, const Attributes& attributes);
/// Of which a listing tells no more than that it is there.
Node unopened_directory(const Scope& scope, NodeId id);

/// A directory that exists in this tree only: nobody's but the reader's, dated as the instant it shows.
Attributes virtual_directory(const Moment& moment);
/// Likewise, but for one account's owner alone.
Attributes owner_directory(const Moment& moment, std::uint32_t uid, std::uint32_t gid);

}  // namespace yestermail
