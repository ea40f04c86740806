# SPDX-License-Identifier: GPL-3.0-or-later
set(STORE_TEST_SOURCES
  base64_lines_test.cpp check_test.cpp commit_queue_test.cpp contents_test.cpp crash/byte_classes.cpp
  fork_index_test.cpp
  history_log_test.cpp journal_test.cpp listing_test.cpp mail_cutting_test.cpp old_store_test.cpp over_time_test.cpp
  pack_merger_test.cpp pack_test.cpp purge_race_test.cpp purge_test.cpp reader_memory_test.cpp recipe_test.cpp
  recorder_test.cpp repair_test.cpp spare_bytes_test.cpp sqlite_files_test.cpp store_header_test.cpp versions_test.cpp)
