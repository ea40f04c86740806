// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fs/scope.h"
#include "store/view.h"

namespace yestermail {

/// The directories of single messages below history/: a file for each state, named by when it began and what happened,
/// with the bytes of that state; and one for the deletion, with the bytes that were deleted. A state once shown is
/// shown for ever. Every function answers for the item of a scope, or below it. Safe for concurrent use.
class ItemLife {
 public:
  explicit ItemLife(View& view) : view_(view) {}

  /// The directory of the item that this is the last version of.
  [[nodiscard]] static Node node(const Scope& scope, const Version& last);
  /// Its name: that of the message, without ".eml".
  [[nodiscard]] static std::string name(const Version& last);
  /// The item that a name is of, from its tag alone.
  [[nodiscard]] static std::optional<ItemId> item_of(std::string_view name);

  std::optional<Node> self(const Scope& scope);
  LookupResult lookup(const Scope& scope, std::string_view name);
  void list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);
  /// The message's last version as of the scope.
  std::optional<Version> last(const Scope& scope, ItemId item);

 private:
  struct State {
    std::string name;
    const Version& version;
    std::uint64_t cursor;
  };
  /// False of `use`: enough.
  void states(const Scope& scope, const std::function<bool(const State&)>& use);
  std::vector<Version> versions(const Scope& scope, ItemId item);

  View& view_;
};

}  // namespace yestermail
