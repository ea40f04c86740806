// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

namespace yestermail::test {

/// The SQLite files below a directory at one moment: path relative to it -> bytes. They do not go through the store's
/// seam, so the crash tests put older ones in their place themselves.
using SqliteFiles = std::map<std::string, std::string>;

bool is_sqlite_file(const std::string& name);
SqliteFiles read_sqlite_files(const std::string& root);
void remove_sqlite_files(const std::string& root);
/// Those beside a database: what was not yet written into it.
void remove_sqlite_logs(const std::string& root);
/// Replaces those that are there; where a directory is not there its files are left out.
void put_sqlite_files(const std::string& root, const SqliteFiles& files);

}  // namespace yestermail::test
