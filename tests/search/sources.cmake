# SPDX-License-Identifier: GPL-3.0-or-later
set(SEARCH_TEST_SOURCES
  search/corpus_test.cpp search/find_test.cpp search/index_test.cpp search/query_test.cpp)
