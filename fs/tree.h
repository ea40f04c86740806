// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"
#include "fs/blob_files.h"
#include "fs/friendly_tree.h"
#include "fs/named_instant.h"
#include "fs/node.h"
#include "fs/over_time_tree.h"
#include "fs/past.h"
#include "fs/places.h"
#include "fs/recorded_tree.h"
#include "fs/request_counters.h"
#include "fs/search_tree.h"
#include "fs/view_table.h"
#include "store/check_state.h"
#include "store/view.h"

namespace yestermail {

struct TreeSettings {
  std::string store_id;
  Owner owner;
  std::size_t most_instants = 65536;        ///< time directories that may be in use at once
  NamedInstants named = {};                 ///< listed beside the series; nothing: there are none
  bool closed = false;                      ///< no mode has a right to write, whatever was recorded
  std::function<CheckState()> checks = {};  ///< for .status; nothing: none is known
  Finder* finder = nullptr;                 ///< outlives the tree; without one there is no search/
};

/// A store's past as a read-only tree of nodes with 64-bit ids:
///
///     README.txt .status latest/ <stamp>/ <snapshot>/ at/<any instant>/     readable accounts, and @server
///     maildir/{latest,<stamp>,<snapshot>,at/<any instant>}/                 accounts exactly as they were
///     deleted/ history/ changes/<from>..<to>/                   accounts over time, see OverTimeTree
///     search/<query>/                                           what fits a query, see SearchTree
///
/// An instant before the first recorded hour, or in the future, is not there (an empty directory could be taken for an
/// empty mailbox). A stamp is found under its name whether it is listed at present or not. Files have one id in all
/// times; directories one for each time directory. Nothing is read before it is asked for, and memory does not grow
/// with what was walked. Safe for concurrent use. Errors are those of View, and Error{kUnsupported} of node_id().
class Tree {
 public:
  Tree(View& view, const Clock& clock, Log& log, TreeSettings settings);

  /// `directory` may be any directory; "." and ".." are found too.
  LookupResult lookup(NodeId directory, std::string_view name);
  /// nullopt: no such node, now or any more.
  std::optional<Node> node(NodeId id);

  /// The instant that a listing which begins now should hold on to, so that it is of one piece.
  Instant present();
  /// The directory's entries behind `cursor` (0: all), "." and ".." first. What follows the time is shown as of
  /// `pinned`, an earlier answer of present(). False: no such directory.
  bool list(NodeId directory, Instant pinned, std::uint64_t cursor, const EntrySink& sink);
  /// True where a listing can be kept for a day.
  bool is_list_fixed(NodeId directory);

  /// Fills `into` from `offset` as far as the file goes. Error{kNotFound}: no such file.
  std::size_t read(NodeId file, std::uint64_t offset, std::span<std::byte> into);
  /// The whole contents of recorded files, for who reads ahead. Left out is what cannot be had: nothing is logged of
  /// that. One content is in memory at a time.
  using ContentSink = std::function<void(NodeId file, ByteView content)>;
  void contents(std::span<const NodeId> files, const ContentSink& sink);

  /// The kernel was told of a node, or has forgotten `count` of the times that it was told of it.
  void learned(NodeId id);
  void forgot(NodeId id, std::uint64_t count);

  RequestCounters& counters() { return counters_; }

 private:
  std::optional<Scope> scope(NodeId id, std::optional<Instant> pinned = std::nullopt);
  std::optional<Node> place_node(std::uint64_t place);
  [[nodiscard]] bool is_shown(Place place) const { return place != Place::kSearch || search_.exists(); }
  LookupResult lookup_in_place(std::uint64_t place, std::string_view name);
  LookupResult lookup_time(Container container, std::string_view name);
  LookupResult lookup_account(const Scope& time, std::string_view name);
  void list_named(Container container, std::uint64_t cursor, const EntrySink& sink);
  std::optional<Node> time_node(const TimeView& view, Lifetime entry);
  std::optional<Node> account_node(const Scope& time, AccountNumber account);
  std::optional<Node> account_entry(const Scope& time, AccountNumber account);
  std::optional<Node> server_node(const Scope& time);
  LookupResult lookup_name(const Scope& scope, std::string_view name);
  std::optional<Node> self(const Scope& scope);
  std::optional<NodeId> parent(NodeId id);
  std::optional<NodeId> parent(const Scope& scope);
  /// False: the sink has enough.
  static bool list_dots(const Node& here, std::optional<NodeId> above, std::uint64_t cursor, const EntrySink& sink);

  void list_place(std::uint64_t place, std::uint64_t cursor, const EntrySink& sink);
  void list_accounts(const Scope& time, std::uint64_t cursor, const EntrySink& sink);
  std::string status();

  View& view_;
  const TreeSettings settings_;
  Past past_;
  ViewTable views_;
  OverTimeTree over_time_;
  SearchTree search_;
  FriendlyTree friendly_;
  RecordedTree recorded_;
  BlobFiles files_;
  RequestCounters counters_;
  std::mutex figures_mutex_;
  StoreFigures figures_;  // Guarded by figures_mutex_, as figures_time_.
  Instant figures_time_;
};

}  // namespace yestermail
