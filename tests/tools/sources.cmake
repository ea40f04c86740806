# SPDX-License-Identifier: GPL-3.0-or-later
set(TOOLS_TEST_SOURCES
  arguments_test.cpp check_test.cpp control_client_test.cpp control_test.cpp erase_test.cpp fd_stream_test.cpp
  find_test.cpp gaps_test.cpp happening_stream_test.cpp help_test.cpp import_messages_test.cpp init_test.cpp
  json_output_test.cpp look_test.cpp mount_test.cpp program_test.cpp purge_planning_test.cpp retention_test.cpp scan_line_test.cpp scan_test.cpp
  service_manager_test.cpp snapshot_test.cpp store_location_test.cpp terminal_line_test.cpp text_test.cpp
  watch_test.cpp
  system/daemon.cpp)
