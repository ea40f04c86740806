// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>

#include "base/filesystem.h"

namespace yestermail {

/// What SQLite keeps beside a database while it is open, and leaves there when a process is killed.
inline constexpr std::array<const char*, 3> kBesideDatabase{"-wal", "-shm", "-journal"};

/// Removes what stands beside a database: SQLite would apply it to another one of that name.
void remove_beside_database(Filesystem& disk, const std::string& path);
/// Removes the database too, if it is there. Not durable on return.
void remove_database(Filesystem& disk, const std::string& path);

}  // namespace yestermail
