// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/erasures.h"
#include "store/repair.h"
#include "store/store.h"

namespace yestermail {

/// Where a repair takes intact bytes from: other stores and mail trees that are named, and the live sources of the
/// accounts; and what was erased, which must not come from there. One thread.
class IntactCopies {
 public:
  /// `from`: each the directory of a store, or a source as "maildir:/srv/mail/%d/%n/Maildir". Error{kUsage} or what
  /// opening it throws where it is neither.
  IntactCopies(StoreWorld world, const std::string& store, const std::vector<std::string>& from);

  /// Valid as long as this lives.
  [[nodiscard]] RepairSources sources();

 private:
  struct Store {
    std::string path;
    bool same = false;  ///< a copy of the store that is repaired
    std::unique_ptr<View> view;
  };
  std::optional<Bytes> blob(const WantedBlob& wanted);
  std::optional<Bytes> from_store(const Store& store, const WantedBlob& wanted);
  std::optional<Bytes> from_source(const std::string& spec, const WantedBlob& wanted);
  std::optional<Bytes> file(const std::string& path);
  std::vector<std::string> names(const std::string& directory);
  bool is_erased(const Uuid& account, const Digest& content, Instant since);

  const StoreWorld world_;
  std::vector<Store> stores_;
  std::vector<std::string> sources_;  ///< specifications
  const std::string store_;
  std::optional<Erasures> erasures_;  ///< read when they are asked for: the store may have to be healed first
  std::map<Uuid, std::string> names_;
};

}  // namespace yestermail
