#SPDX - License - Identifier : GPL - 3.0 - or -later
set(STORE_TEST_SOURCES recorder_test.cpp)
