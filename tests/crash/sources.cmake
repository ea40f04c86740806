# SPDX-License-Identifier: GPL-3.0-or-later
set(CRASH_TEST_SOURCES
  byte_classes.cpp crash_loop.cpp crash_plans.cpp crash_test.cpp damage_check.cpp damage_test.cpp
  fault_filesystem_test.cpp kill_test.cpp late_names.cpp ledger.cpp mutation_test.cpp purge_crash_test.cpp
  repair_kill_test.cpp scan_crash_test.cpp source_tree.cpp sqlite_files.cpp)
