// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/sqlite_files.h"

namespace yestermail {

void remove_beside_database(Filesystem& disk, const std::string& path) {
  for (const auto* suffix : kBesideDatabase) remove_if_there(disk, path + suffix);
}

void remove_database(Filesystem& disk, const std::string& path) {
  remove_beside_database(disk, path);
  remove_if_there(disk, path);
}

}  // namespace yestermail
