# SPDX-License-Identifier: GPL-3.0-or-later
set(CONTRACT_TEST_SOURCES
  watcher_rig.cpp
  watch_tree_test.cpp
  watcher_contract_test.cpp
  watcher_choice_test.cpp
  watcher_limits_test.cpp
  watcher_storm_test.cpp)
