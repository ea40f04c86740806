// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "store/view.h"

namespace yestermail::test {

/// An entry of an account as a reader of a store sees it, without the numbers that a store gives it.
struct ShownEntry {
  EntryKind kind = EntryKind::kFile;
  std::string bytes;
  std::int64_t mtime_ns = 0;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string sender;
  std::string subject;
  bool operator==(const ShownEntry&) const = default;
};

/// Path in the account ("" is its root) -> entry.
using ShownAccount = std::map<std::string, ShownEntry>;

/// Name of the account -> all that is in it.
using ShownStore = std::map<std::string, ShownAccount>;

/// What a reader could not have: account and path, and the error. A path that ends in "/" stands for all below it,
/// an account without path for the whole account, "" for the list of accounts.
struct Refused {
  std::string account;
  std::string path;
  Errc code;
  std::string text;
};

/// Reads everything that a store shows at an instant, all bytes included, and checks that the ways to ask agree
/// (list, lookup, item_at). A contradiction throws std::logic_error. An Error of the store goes to `refused`, or
/// through if that is nullptr.
ShownStore show(View& view, Instant at, std::vector<Refused>* refused = nullptr);

/// One line a difference, at most a dozen.
std::vector<std::string> shown_differences(const ShownStore& want, const ShownStore& have);

}  // namespace yestermail::test
