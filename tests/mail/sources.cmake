# SPDX-License-Identifier: GPL-3.0-or-later
set(MAIL_TEST_SOURCES
  mail/header_words_test.cpp mail/html_text_test.cpp mail/message_text_test.cpp)
