# SPDX-License-Identifier: GPL-3.0-or-later
set(POLICY_TEST_SOURCES
  erasures_test.cpp purge_doubts_test.cpp purge_plan_test.cpp purge_property_test.cpp settings_test.cpp selection_test.cpp)
