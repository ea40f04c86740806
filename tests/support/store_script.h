// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "store/recorder.h"
#include "tests/support/shown_store.h"

namespace yestermail::test {

/// One change of an account, by path. A put makes the entry or changes it; a move gives it another path; a remove of a
/// directory takes all below it along.
struct Edit {
  enum class Kind { kPut, kMove, kRemove };
  Kind kind = Kind::kPut;
  std::string account;
  std::string path;
  std::string to = {};
  ShownEntry entry = {};
};

/// One call on a store that is acknowledged as a whole.
struct StoreStep {
  enum class Kind { kAddAccount, kEndAccount, kRecord, kBulk, kPack };
  Kind kind = Kind::kRecord;
  std::string account = {};      ///< of kAddAccount, kEndAccount
  std::vector<Edit> edits = {};  ///< of kRecord (all of one account), kBulk
};
using StoreScript = std::vector<StoreStep>;

Edit put_directory(std::string account, std::string path);
/// A mail of these bytes; time, mode and names follow from path and bytes.
Edit put_mail(std::string account, std::string path, std::string bytes);
Edit move_entry(std::string account, std::string from, std::string to);
Edit remove_entry(std::string account, std::string path);

/// What the store shows after the step.
ShownStore after(ShownStore before, const StoreStep& step);
ShownStore after(ShownStore before, const StoreScript& script);

/// Does it. On return it is acknowledged.
void perform(Recorder& recorder, const StoreStep& step);

/// Three accounts with folders, small mails, one of 300 KB, empty ones, a duplicate, taken in in two commits.
StoreScript bulk_script();
/// A day after bulk_script(): deliveries (one of 100 KB), flags, moves, changed files, a folder removed, an account
/// ended and one of the same name begun.
StoreScript live_script();

}  // namespace yestermail::test
