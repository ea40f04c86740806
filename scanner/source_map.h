// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/source_spec.h"

namespace yestermail {

/// What a directory on the disk is to a source.
struct Located {
  enum class Kind : std::uint8_t {
    kNowhere,  ///< nothing in it, or below it, is recorded
    kAbove,    ///< accounts stand below it
    kHome,     ///< an account's home directory (accounts may stand below it), or its sieve/ and what is in that
    kMail,     ///< in an account's mail tree
    kControl,  ///< in the tree of its control files
  };
  Kind kind = Kind::kNowhere;
  std::string account;  ///< of kHome, kMail and kControl
  std::string path;     ///< kMail, kControl: in that tree; "" is its root. kHome: sieve and below it, or ""
};

/// Tells which account a directory belongs to, from its path alone. Pure; safe for concurrent use.
class SourceMap {
 public:
  explicit SourceMap(SourceSpec spec) : spec_(std::move(spec)) {}

  /// `directory` is absolute, without . and .. and double slashes.
  [[nodiscard]] Located locate(std::string_view directory) const;
  /// Whether a watcher has to tell of what happens in the directory: what is not delivered yet, and what is being
  /// deleted, is not looked at.
  [[nodiscard]] bool matters(std::string_view directory) const;
  [[nodiscard]] const SourceSpec& spec() const { return spec_; }
  /// Directories that hold all of the source; none is below another.
  [[nodiscard]] std::vector<std::string> roots() const;

 private:
  SourceSpec spec_;
};

}  // namespace yestermail
