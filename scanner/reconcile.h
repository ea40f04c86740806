// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "scanner/account_run.h"
#include "scanner/folder_evidence.h"
#include "scanner/listing.h"
#include "scanner/message_pairs.h"
#include "scanner/pipeline.h"
#include "scanner/totals.h"
#include "store/recorder.h"

namespace yestermail {

/// Compares one account's trees with what the store has of it, and hands what differs to a pipeline: what only got
/// another name at once, what has to be read as readings. Directories that are as they are remembered are not listed.
/// Nothing is taken for gone because one listing did not show it. An account that is new to the store is handed on
/// folder by folder, so that memory does not grow with it; of a known one the differences are gathered first, because
/// what vanished here may have arrived there. Used once, by one thread.
class Reconciler {
 public:
  /// How often a directory that is not at rest is looked at before its doubts are left.
  struct Patience {
    int listings = 5;  ///< of one
    int looks = 3;     ///< at all folders, for messages that seem to have gone from one
  };
  Reconciler(std::shared_ptr<AccountRun> run, Recorder& recorder, ScanTotals& totals, Pipeline& pipeline, bool full,
             Patience patience);

  /// Hands all on and finishes the account. False: its mail directory cannot be listed; that is counted.
  bool reconcile();

 private:
  /// An entry that is a directory, on the disk.
  struct Child {
    std::string name;
    std::optional<Version> recorded = std::nullopt;
    std::uint64_t inode = 0;  ///< 0: not listed, as remembered
    std::optional<std::size_t> lost =
        std::nullopt;  ///< index of what the store has under its name, if that was another directory
  };
  struct Arrived {
    ScannedDirectory* parent;
    Child child;
  };
  /// One of cur and new while they are compared together.
  struct Side {
    ScannedDirectory* directory = nullptr;
    bool listed = false;  ///< false: as remembered
    FileStat stamp;
    std::optional<Opened> opened;
    Listing listing;
    int error = 0;            ///< why a file that was listed could not be looked at
    std::vector<bool> known;  ///< of the entries of the listing: recorded under that very name
  };
  struct FolderDifference {
    std::vector<KnownMessage> missing;                ///< recorded, not listed under that name
    std::vector<SeenMessage> added;                   ///< listed, not recorded under that name
    std::vector<std::pair<Version, FileStat>> other;  ///< same name, other size, time, mode or owner
    std::uint64_t same = 0;
  };

  // reconcile.cpp: directories and the files in them.
  ScannedDirectory& add_directory(ScannedDirectory* parent, TreeKind tree, std::string path, const Child& child);
  void drain();
  void visit(ScannedDirectory& directory);
  bool is_remembered(ScannedDirectory& directory);
  bool visit_remembered(ScannedDirectory& directory);
  void visit_listed(ScannedDirectory& directory);
  Listing list_patiently(const ScannedDirectory& directory, int fd, const std::vector<Version>& known) const;
  void compare_listing(ScannedDirectory& directory, int fd, const Listing& listing, std::vector<Version> known);
  void missing_entry(ScannedDirectory& directory, int fd, Version version, std::vector<Child>& children);
  void visit_children(ScannedDirectory& directory, std::vector<Child> children);
  void visit_tmp(ScannedDirectory& directory);
  void visit_extra_trees(ScannedDirectory& root);
  void visit_home(ScannedDirectory& root, std::optional<Version> recorded);
  void compare_home_script(ScannedDirectory& home, const std::vector<Version>& known);
  void not_opened(ScannedDirectory& directory, const Denial& denial);
  void refuse(ScannedDirectory& directory, std::string_view name, std::string_view why);
  void record_directory(ScannedDirectory& directory);
  void compare_file(ScannedDirectory& directory, const Version& version, const FileStat& seen, bool over_links = false);
  void arrive(ScannedDirectory& directory, ScannedDirectory* sibling, std::string name, EntryKind kind);
  std::vector<Version> entries_of(const ScannedDirectory& directory);

  // reconcile_messages.cpp: cur and new of a folder.
  void visit_messages(ScannedDirectory* cur, ScannedDirectory* fresh);
  bool open_side(Side& side);
  void list_sides(std::vector<Side>& sides);
  bool is_at_rest(std::vector<Side>& sides);
  FolderDifference compare_sides(std::vector<Side>& sides);
  void record_messages(std::vector<Side>& sides, FolderDifference difference, bool exact);
  bool is_message(Side& side, const Listing::Entry& entry);
  bool record_side(Side& side);
  void rename_message(std::vector<Side>& sides, const Version& version, const SeenMessage& seen);
  void message_arrived(std::vector<Side>& sides, SeenMessage& seen, bool exact, std::unordered_set<std::string>& taken);
  void message_missing(std::vector<Side>& sides, KnownMessage missing, bool exact);
  static void distrust(std::vector<Side>& sides);
  static ScannedDirectory* sibling(std::vector<Side>& sides, std::size_t side);

  // reconcile_folders.cpp: directories under another name.
  bool resolve_arrived();
  void expand_lost();
  std::optional<std::size_t> find_lost(const Arrived& arrived);
  [[nodiscard]] bool is_claimable(std::size_t lost, TreeKind tree) const;
  void adopt(Arrived& arrived, std::size_t lost);
  void remove_lost();
  void remove_subtree(ItemId directory);

  // reconcile_moves.cpp: messages in another folder, and handing on.
  void match_moves();
  void match_by_base();
  void match_recorded();
  void look_again_for_vanished();
  DirectoryMark look_again_in(ScannedDirectory& directory);
  void keep_unconfirmed();
  void hand_on();

  std::shared_ptr<AccountRun> run_;
  Recorder& recorder_;
  View& view_;
  ScanTotals& totals_;
  Pipeline& pipeline_;
  const bool full_;
  const Patience patience_;
  bool fresh_ = false;  ///< the store has nothing of the account
  bool failed_ = false;
  bool directory_lost_ = false;  ///< a new directory was gone before it was looked at: it may be one that is lost
  FolderEvidence evidence_;

  std::unordered_map<ItemId, DirectoryMark> marks_;
  std::deque<ScannedDirectory*> to_visit_;
  std::vector<Arrived> arrived_;
  std::vector<LostDirectory> lost_;
  std::unordered_set<ItemId> claimed_;

  // What is to be handed on, in this order.
  std::vector<ItemId> removed_first_;  ///< their names are taken by others
  std::vector<Put> directory_puts_;
  std::vector<Change> renames_;
  std::vector<Reading> readings_;
};

/// Brings puts of directories into an order in which none takes the name of a directory that goes elsewhere later on;
/// where names go in a circle, one has to. Parents that arrive stay before what is put into them.
std::vector<Put> in_order_of_names(std::vector<Put> puts, const std::vector<Version>& before);

}  // namespace yestermail
