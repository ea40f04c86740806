# SPDX-License-Identifier: GPL-3.0-or-later
set(BASE_TEST_SOURCES
  base/account_words_test.cpp
  base/ascii_test.cpp
  base/checksum_test.cpp
  base/clock_test.cpp
  base/codec_test.cpp
  base/digest_test.cpp
  base/error_test.cpp
  base/fd_test.cpp
  base/filesystem_test.cpp
  base/hex_test.cpp
  base/hmac_test.cpp
  base/instant_text_test.cpp
  base/log_test.cpp
  base/posix_filesystem_test.cpp
  base/utf8_test.cpp
  base/uuid_test.cpp)
