# SPDX-License-Identifier: GPL-3.0-or-later
set(RESTORE_TEST_SOURCES
  kill_test.cpp keyword_map_test.cpp restore_many_test.cpp restore_test.cpp subscription_list_test.cpp undelete_test.cpp)
