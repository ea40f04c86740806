// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/query.h"
#include "store/view.h"

namespace yestermail {

/// One message that was found, as it was last or at the instant that was asked about.
struct FoundMessage {
  enum class State : std::uint8_t {
    kThere,    ///< this version is there
    kMoved,    ///< the item is there with this content, but not as this version
    kDeleted,  ///< the item is not there with this content
  };
  Version version;
  State state = State::kThere;
  Instant gone = kForever;  ///< when the item with this content, or with it its account, went; kForever: it did not
  /// The last instant at which it was so: what restores it. kForever: it still is.
  Instant last_seen = kForever;
};

/// Tells the path of the folder that a directory is part of, as people know it.
using FolderOf = std::function<std::string(ItemId directory, Instant at)>;

/// Decides which items of an account a query means, of those with a content that the words are in. One thread.
class Searcher {
 public:
  /// `at`: as of this instant; nullopt: over all time. All that is referred to outlives it.
  Searcher(View& view, const Account& account, const Query& query, std::optional<Instant> at, FolderOf folder_of)
      : view_(view), account_(account), query_(query), at_(at), folder_of_(std::move(folder_of)) {}

  /// The items that have or had this content and fit the query, by their numbers.
  std::vector<FoundMessage> with_content(const Digest& content);

 private:
  [[nodiscard]] Instant end_of(const Version& version) const;
  [[nodiscard]] bool is_there(const Version& version) const;
  [[nodiscard]] bool fits(const Version& version) const;
  bool stood_where_wanted(const Version& version);
  std::optional<FoundMessage> choose(const std::vector<Version>& life);

  View& view_;
  const Account& account_;
  const Query& query_;
  const std::optional<Instant> at_;
  const FolderOf folder_of_;
};

}  // namespace yestermail
