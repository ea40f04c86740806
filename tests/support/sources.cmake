# SPDX-License-Identifier: GPL-3.0-or-later
# What tests share; paths are relative to tests/.
set(SUPPORT_SOURCES
  support/maildir_builder.cpp
  support/process.cpp
  support/tree_compare.cpp)
