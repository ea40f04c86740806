// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/scope.h"

#include "base/clock.h"

namespace yestermail {

Attributes attributes_of(const EntryState& state, Style style) {
  Attributes attributes;
  attributes.directory = state.kind == EntryKind::kDirectory;
  attributes.mode = attributes.directory ? 0500 : 0400;
  if (style == Style::kExact) attributes.mode = state.mode & 0777U;
  attributes.uid = state.uid;
  attributes.gid = state.gid;
  attributes.size = attributes.directory ? 0 : state.size;
  attributes.mtime_ns = state.mtime_ns;
  return attributes;
}

Node file_node(AccountNumber account, const Version& version, Style style, Lifetime lifetime) {
  NodeParts parts;
  parts.kind = style == Style::kExact ? NodeKind::kExactFile : NodeKind::kFriendlyFile;
  parts.account = account;
  parts.number = version.body.value;
  return {node_id(parts), attributes_of(version.state, style), lifetime, Lifetime::kFixed, 1};
}

NodeId sibling_id(const Scope& scope, NodeKind kind, AccountNumber account, std::uint64_t number, std::uint8_t depth) {
  NodeParts parts;
  parts.kind = kind;
  parts.view = scope.parts.view;
  parts.account = account;
  parts.number = number;
  parts.depth = depth;
  return node_id(parts);
}

Node directory_node(const Scope& scope, NodeId id, const Attributes& attributes) {
  return {id, attributes, scope.lifetime(), scope.lifetime(), scope.generation};
}

Node unopened_directory(const Scope& scope, NodeId id) {
  auto node = directory_node(scope, id, virtual_directory(scope.moment));
  node.whole = false;
  return node;
}

Attributes virtual_directory(const Moment& moment) {
  Attributes attributes;
  attributes.directory = true;
  attributes.mode = 0555;
  attributes.mtime_ns = (moment.at == kForever ? moment.stamp : moment.at).value * kNanosPerMicro;
  return attributes;
}

Attributes owner_directory(const Moment& moment, std::uint32_t uid, std::uint32_t gid) {
  auto attributes = virtual_directory(moment);
  attributes.mode = 0500;
  attributes.uid = uid;
  attributes.gid = gid;
  return attributes;
}

}  // namespace yestermail
