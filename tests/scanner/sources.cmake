# SPDX-License-Identifier: GPL-3.0-or-later
set(SCANNER_TEST_SOURCES
  scanner/live_driver.cpp
  scanner/scan_world.cpp
  scanner/file_reader_test.cpp
  scanner/header_words_test.cpp
  scanner/live_account_test.cpp
  scanner/live_property_test.cpp
  scanner/maildir_name_test.cpp
  scanner/message_pairs_test.cpp
  scanner/operation_queue_test.cpp
  scanner/scan_accounts_test.cpp
  scanner/scan_folders_test.cpp
  scanner/scan_hard_test.cpp
  scanner/scan_messages_test.cpp
  scanner/scan_refusals_test.cpp
  scanner/source_map_test.cpp
  scanner/source_spec_test.cpp)
