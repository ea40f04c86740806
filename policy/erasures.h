// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "policy/erasure_file.h"
#include "store/view.h"

namespace yestermail {

/// What `erase` has removed from a store, and must not come back into it: contents of accounts, of which nothing is
/// known but their marks. Constant once read, so safe for concurrent use. 24 bytes a content.
class Erasures {
 public:
  /// As they are remembered now. Error{kDamage}: one of them cannot be read; then nothing may be taken in from
  /// elsewhere.
  static Erasures read(View& view);

  /// Whether a content was erased from the account of this name: an import leaves it out.
  [[nodiscard]] bool contains(std::string_view account, const Digest& content) const;
  /// Whether that was at `since` or later: a version that began then has come back. What arrived after the erasure
  /// is a mail like any other.
  [[nodiscard]] bool contains(std::string_view account, const Digest& content, Instant since) const;

  [[nodiscard]] bool empty() const { return keys_.empty(); }
  /// The one under which more is to be remembered; a new one where there is none.
  [[nodiscard]] ErasureKey key() const;

 private:
  struct Row {
    ErasureMark mark;
    Instant at;
    auto operator<=>(const Row&) const = default;
  };
  std::map<ErasureKey, std::vector<Row>> keys_;  // One, but for chance. Rows ascending.
};

/// One of them, for people.
struct ErasureNote {
  std::string id;
  Instant at;
  std::uint64_t contents = 0;
  std::string note;
};
/// All, by time. Error{kDamage}: one of them cannot be read.
std::vector<ErasureNote> erasure_notes(View& view);

/// The name of the setting that remembers an erasure.
std::string erasure_setting(std::string_view id);

}  // namespace yestermail
