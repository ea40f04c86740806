// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fs/gathered_tree.h"
#include "fs/gatherer.h"
#include "fs/past.h"
#include "fs/places.h"
#include "fs/scope.h"
#include "fs/view_table.h"

namespace yestermail {

/// What shows an account over time and not at an instant:
///
///     deleted/<account>/<day>/<folder>/<message>
///     history/<account>/<folder>/<message>/<state>
///     changes/<from>..<to>/<account>/{added,removed,changed}/<folder>/<message>
///
/// An account is all that ever had its name; in history/ an earlier incarnation stands beside it, with ~ and a tag, and
/// in deleted/ a day of a later one that began on that very day has ~2 and so on. Every function answers for a place or
/// a scope that is_over_time(). Safe for concurrent use.
class OverTimeTree {
 public:
  OverTimeTree(Past& past, ViewTable& views)
      : past_(past), views_(views), gatherer_(past.view()), gathered_(gatherer_) {}

  LookupResult lookup_in(Place place, std::string_view name);
  void list(Place place, std::uint64_t cursor, const EntrySink& sink);

  /// nullopt: nothing of it is there (any more).
  std::optional<Node> self(const Scope& scope);
  LookupResult lookup(const Scope& scope, std::string_view name);
  /// Entries behind `cursor`, without . and ..
  void list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);
  std::optional<NodeId> parent(const Scope& scope);

 private:
  /// The time of now, in a view that shows it.
  [[nodiscard]] Scope live(std::uint16_t view) const;
  static Scope with_account(const Scope& scope, AccountNumber account);
  /// An account in another view of the time of a scope.
  Scope beside(const Scope& scope, const TimeView& view, AccountNumber account);

  LookupResult lookup_range(std::string_view name);
  Node day_node(const Scope& scope, const std::string& name, Instant start, AccountNumber life);
  LookupResult lookup_day(const Scope& scope, std::string_view name);
  void list_days(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);
  LookupResult lookup_account(const Scope& scope, std::string_view name);
  void list_accounts(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);
  Node side_node(const Scope& scope, const Lineage& lineage, Container container);
  LookupResult lookup_side(const Scope& scope, std::string_view name);
  void list_sides(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);

  Past& past_;
  ViewTable& views_;
  Gatherer gatherer_;
  GatheredTree gathered_;
};

}  // namespace yestermail
