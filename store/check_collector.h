// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>

#include "store/check.h"

namespace yestermail {

/// Where all threads of a check put what they find. Safe for concurrent use.
class CheckCollector {
 public:
  void file(FileFinding finding);
  /// Each once; the first reason stays.
  void blob(PackClass pack_class, const Uuid& owner, const Digest& digest, const std::string& why);
  void count(const CheckTally& more);
  void left(std::uint64_t units, bool stopped);

  using Blobs = std::map<std::tuple<PackClass, Uuid, Digest>, std::string>;
  [[nodiscard]] Blobs blobs() const;
  /// There is a finding, notes aside, about the account's journal or logs.
  [[nodiscard]] bool has_lost_history(const Uuid& account) const;

  /// All but the items, in the order of their paths.
  [[nodiscard]] CheckFindings take();

 private:
  mutable std::mutex mutex_;  // Guards all below.
  CheckFindings findings_;
  std::set<std::pair<std::string, std::string>> told_;
  Blobs blobs_;
};

}  // namespace yestermail
