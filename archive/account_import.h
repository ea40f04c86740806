// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "archive/import_choice.h"
#include "archive/import_writer.h"
#include "store/view.h"

namespace yestermail {

/// Compares what comes in for one account with what the store has of it, and records the difference: what is there as
/// it is, is not recorded again; a message that is there under another name of its folder, by other flags, is renamed.
/// A directory comes before what is in it. The account is begun when its first item comes. One thread.
class AccountImport {
 public:
  AccountImport(View& view, ImportAccount account, const ErasedContents& is_erased, ImportWriter& writer,
                ImportCounter& counter);

  /// `path` in the account, "" for its root; the state needs neither name nor parent.
  void directory(const std::string& path, EntryState state);
  /// With the digest of its content. `content` gives that; it is asked at most once, and then for the sender and
  /// subject of a message too, where the state has none.
  struct File {
    EntryState state;
    std::unique_ptr<BlobSource> content;
    std::function<void(EntryState& state)> add_words = {};  ///< sets sender and subject
  };
  void file(const std::string& path, File file);
  void fail(const std::string& path, Errc error, const std::string& why);

  /// Whether the files of a directory of this path are messages.
  static bool holds_messages(std::string_view directory);

 private:
  struct Directory {
    ItemId item;
    bool known = false;  ///< the store has it: there may be something in it
  };
  void begin();
  /// The directory that a path lies in, if it came.
  const Directory* parent_of(const std::string& path, EntryState& state);
  [[nodiscard]] std::optional<Version> recorded(const Directory& parent, const std::string& name);
  std::optional<Version> under_other_name(const std::string& folder, const EntryState& state);
  void index_folder(const std::string& folder);
  void note_met(VersionId version);
  [[nodiscard]] bool was_met(VersionId version) const;
  void put(const std::string& path, File& file, Put put, bool same_content);
  void tell(const std::string& path, ImportFate fate, std::string why = {});

  static constexpr std::size_t kMostDirectories = 200'000;  ///< of one account, in memory

  View& view_;
  ImportAccount account_;
  const ErasedContents& is_erased_;
  ImportWriter& writer_;
  ImportCounter& counter_;
  const Instant at_;  ///< what was recorded until then is compared with, and not what this import records
  bool begun_ = false;
  std::uint64_t next_made_up_ = 2;  ///< of a dry run
  std::unordered_map<std::string, Directory> directories_;
  std::vector<bool> met_;  ///< versions of the store that something came for
  std::string indexed_folder_;
  std::unordered_multimap<std::string, VersionId> index_;  ///< of the folder's messages: name without flags
};

}  // namespace yestermail
