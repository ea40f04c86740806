// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "store/view.h"

namespace yestermail {

/// How the source of an account begins that was imported; what follows names the origin. No source that can be scanned
/// begins so.
inline constexpr std::string_view kImportedSource = "import:";

/// True for an account that nobody scans: it came from an archive, another store or a tree of files.
inline bool is_imported(const Account& account) { return account.source.starts_with(kImportedSource); }

/// The source of an account that comes from another store, or an archive of it.
inline std::string imported_source(const Uuid& store, const Uuid& account) {
  return std::string(kImportedSource) + "store:" + store.hex() + "/" + account.hex();
}
/// The source of an account that comes from a tree of files; `source` is what a scan would call it.
inline std::string imported_source(std::string_view source) {
  return std::string(kImportedSource) + std::string(source);
}

}  // namespace yestermail
