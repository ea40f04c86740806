// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

struct sqlite3;

namespace yestermail::sqlite {

/// Name of a layer over SQLite's own access to files that puts a sum into the last 8 bytes of each page when the page
/// goes into the database file, and refuses (SQLITE_IOERR_DATA) a page whose sum is wrong when it is read from there.
/// SQLite alone notices a fifth of flipped bits. Registered on first use; safe from any thread.
const char* page_check_vfs();

/// Reserves the 8 bytes in a database that is not made yet; does nothing to one that is.
void set_page_check(sqlite3* database);

}  // namespace yestermail::sqlite
