// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <archive.h>
#include <archive_entry.h>

namespace yestermail {

/// The functions of libarchive that are called here, as libarchive().name(...): it brings eight libraries, thirty
/// megabytes of them, and most commands touch no archive.
#define YESTERMAIL_LIBARCHIVE_FUNCTIONS(DO) \
  DO(archive_entry_clear)                   \
  DO(archive_entry_filetype)                \
  DO(archive_entry_free)                    \
  DO(archive_entry_gid)                     \
  DO(archive_entry_hardlink)                \
  DO(archive_entry_mtime)                   \
  DO(archive_entry_mtime_nsec)              \
  DO(archive_entry_new)                     \
  DO(archive_entry_pathname)                \
  DO(archive_entry_perm)                    \
  DO(archive_entry_set_filetype)            \
  DO(archive_entry_set_gid)                 \
  DO(archive_entry_set_mtime)               \
  DO(archive_entry_set_pathname)            \
  DO(archive_entry_set_perm)                \
  DO(archive_entry_set_size)                \
  DO(archive_entry_set_uid)                 \
  DO(archive_entry_size)                    \
  DO(archive_entry_uid)                     \
  DO(archive_error_string)                  \
  DO(archive_filter_bytes)                  \
  DO(archive_read_data)                     \
  DO(archive_read_free)                     \
  DO(archive_read_new)                      \
  DO(archive_read_next_header)              \
  DO(archive_read_open_fd)                  \
  DO(archive_read_support_filter_zstd)      \
  DO(archive_read_support_format_tar)       \
  DO(archive_set_error)                     \
  DO(archive_write_add_filter_none)         \
  DO(archive_write_add_filter_zstd)         \
  DO(archive_write_close)                   \
  DO(archive_write_data)                    \
  DO(archive_write_fail)                    \
  DO(archive_write_free)                    \
  DO(archive_write_header)                  \
  DO(archive_write_new)                     \
  DO(archive_write_open)                    \
  DO(archive_write_set_bytes_in_last_block) \
  DO(archive_write_set_bytes_per_block)     \
  DO(archive_write_set_filter_option)       \
  DO(archive_write_set_format_pax)

struct LibarchiveFunctions {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a name that is declared.
#define YESTERMAIL_DECLARE(name) decltype(&::name) name = nullptr;
  YESTERMAIL_LIBARCHIVE_FUNCTIONS(YESTERMAIL_DECLARE)
#undef YESTERMAIL_DECLARE
};

/// Loaded at the first call. Error{kFailed} where there is no libarchive.
const LibarchiveFunctions& libarchive();

}  // namespace yestermail
