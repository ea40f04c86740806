# SPDX-License-Identifier: GPL-3.0-or-later
set(SYSTEM_TEST_SOURCES
  scanner/scan_world.cpp
  system/daemon.cpp
  system/ledger.cpp
  system/mail_user.cpp
  system/watch_churn_test.cpp
  system/watch_trouble_test.cpp)
