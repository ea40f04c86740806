# SPDX-License-Identifier: GPL-3.0-or-later
set(CRASH_TEST_SOURCES
  fault_filesystem_test.cpp)
