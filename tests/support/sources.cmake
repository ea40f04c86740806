# SPDX-License-Identifier: GPL-3.0-or-later
set(SUPPORT_SOURCES
  check_findings.cpp
  damaged_copy.cpp
  fault_filesystem.cpp
  fault_model.cpp
  maildir_builder.cpp
  mail_mutator.cpp
  process.cpp
  shown_store.cpp
  small_store.cpp
  store_script.cpp
  store_search.cpp
  tree_compare.cpp
  view_compare.cpp)
