// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "restore/held_directory.h"

namespace yestermail {

/// The files that stood in a folder before a restore. Each can be claimed once: two equal mails are two, and need two
/// equal files. Takes about 150 bytes of memory a file. One thread.
class PresentFiles {
 public:
  using BaseOf = std::string_view (*)(std::string_view name);

  explicit PresentFiles(BaseOf base_of) : base_of_(base_of) {}
  /// `directory` outlives this.
  void add(const HeldDirectory& directory);

  /// True: a file has this base name, or take() was told so.
  [[nodiscard]] bool has(const std::string& base) const { return by_base_.contains(base); }
  void take(const std::string& base) { by_base_.emplace(base, kTaken); }

  /// Claims a file of this base name if it has exactly these bytes; the name of the file, or nothing.
  std::string claim_named(const std::string& base, const Digest& digest, std::uint64_t size);
  /// Claims a file of any name that has them.
  std::string claim_any(const Digest& digest, std::uint64_t size);

 private:
  struct Entry {
    std::size_t directory;
    std::string name;
    bool claimed = false;
    bool hashed = false;
    Digest digest{};  // Where hashed.
  };
  static constexpr std::size_t kTaken = ~std::size_t{0};

  bool claim(Entry& entry, const Digest& digest, std::uint64_t size);
  std::optional<Fd> open(Entry& entry);
  void index_sizes();

  const BaseOf base_of_;
  std::vector<const HeldDirectory*> directories_;
  std::vector<Entry> entries_;
  std::unordered_multimap<std::string, std::size_t> by_base_;
  std::multimap<std::uint64_t, std::size_t> by_size_;
  bool sizes_known_ = false;
};

}  // namespace yestermail
