// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "restore/destination.h"
#include "restore/report.h"
#include "store/view.h"

namespace yestermail {

/// A mail folder of the past.
struct RecordedFolder {
  std::string path;       ///< as people know it
  std::string directory;  ///< from the account's root as on the disk
  ItemId item;            ///< of that directory
};

/// Puts items of one account back. Every item is reported, once it is certain what became of it. One thread.
///
/// Killed at any step it leaves whole mails and files in tmp/; run again it completes what is missing, since what is
/// there already is not written twice.
class Restorer {
 public:
  struct Setting {
    View& view;
    Account account;
    const ReportSink& report;
    bool dry_run = false;
  };

  /// `destination` outlives the restorer.
  Restorer(const Setting& setting, Destination& destination) : setting_(setting), destination_(destination) {}

  /// The messages of a folder, as they were at an instant, into the folder of the same place. Other files that people
  /// may miss are reported as skipped.
  void restore_folder(const RecordedFolder& folder, Instant at);
  /// One message of it.
  void restore_item(const RecordedFolder& folder, const Version& version, Instant at);

  /// What a message that was deleted was, in the instant before.
  struct Deleted {
    VersionId version;
    RecordedFolder folder;
    Instant seen;  ///< when it was still there
  };
  /// Into one folder, whatever folders they stood in; none is marked as deleted there.
  void put_back(const std::vector<Deleted>& deleted, const FolderPlace& place);

 private:
  /// Where items come from.
  struct Origin {
    std::string folder;
    bool is_new = false;
    const KeywordMap* keywords = nullptr;
    bool clear_deleted = false;
  };
  struct Chosen {
    VersionId version;
    const Origin* origin = nullptr;
  };

  void choose_messages(ItemId directory, Instant at, const Origin& origin, std::vector<Chosen>& to);
  void skip_files(const RecordedFolder& folder, Instant at);
  void put(const std::vector<Chosen>& chosen, const FolderPlace& place);
  void skip(const Wanted& item, const std::string& why);
  const KeywordMap& keywords_of(const RecordedFolder& folder, Instant at);

  const Setting setting_;
  Destination& destination_;
  std::map<VersionId, KeywordMap> keywords_;  // By the version of the file that holds them.
};

}  // namespace yestermail
