# SPDX-License-Identifier: GPL-3.0-or-later
set(ARCHIVE_TEST_SOURCES
  archive_file_test.cpp archive_history_test.cpp archive_history_trouble_test.cpp export_choice_test.cpp
  export_history_test.cpp export_test.cpp export_trouble_test.cpp history_lines_test.cpp import_history_test.cpp
  import_daemon_test.cpp import_test.cpp import_trouble_test.cpp member_place_test.cpp
  fs/damage.cpp system/daemon.cpp)
