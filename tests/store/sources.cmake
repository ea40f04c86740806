# SPDX-License-Identifier: GPL-3.0-or-later
set(STORE_TEST_SOURCES
  commit_queue_test.cpp fork_index_test.cpp history_log_test.cpp journal_test.cpp listing_test.cpp pack_test.cpp recipe_test.cpp recorder_test.cpp
  store_header_test.cpp)
