// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "tests/support/shown_store.h"

namespace yestermail::test {

/// What a store is to show of a tree ROOT/DOMAIN/USER/Maildir: per account USER@DOMAIN its files with bytes, time, mode
/// and owner, and its directories (their times are not compared). Files in tmp/ are left out.
ShownStore shown_of_source(const std::string& root);

/// A shown store reduced to what shown_of_source() can tell: no senders, subjects, directory times; mails and other
/// files alike.
ShownStore comparable(ShownStore shown);

}  // namespace yestermail::test
