// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace yestermail {

/// Which accounts are wanted, by the words of names_account().
struct AccountPatterns {
  std::vector<std::string> accounts;                                        ///< to take; none: all
  std::vector<std::string> exclude;                                         ///< to leave out; they win
  std::optional<std::map<std::string, std::string>> import = std::nullopt;  ///< as in ScanOptions; instead of both

  [[nodiscard]] bool wants(const std::string& name) const;
};

}  // namespace yestermail
