// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/erasures.h"

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "policy/setting_files.h"
#include "policy/settings.h"

namespace yestermail {
namespace {

constexpr std::size_t kMostBytes = 2U << 20U;  // Of a file: its marks are 1 MiB.

ErasureFile read_file(View& view, const Version& version) {
  try {
    const auto bytes = read_setting_file(view, version, kMostBytes);
    if (!bytes) throw Error(Errc::kDamage, "it is too large");
    return decode_erasure_file(*bytes);
  } catch (const Error& error) {
    if (error.code() != Errc::kDamage) throw;
    throw Error(Errc::kDamage, "the setting \"" + printable(version.state.name) + "\" cannot be read: " + error.what() +
                                   ": what was erased may not come back, so nothing is taken in; repair the store, or "
                                   "\"yestermail erase --forget " +
                                   printable(subject_of(version.state.name)) + "\"");
  }
}

void for_each_file(View& view, const std::function<void(const Version&, ErasureFile)>& take) {
  for (const auto& version : setting_files(view, kErasedWord)) take(version, read_file(view, version));
}

}  // namespace

Erasures Erasures::read(View& view) {
  Erasures erasures;
  for_each_file(view, [&](const Version& version, const ErasureFile& file) {
    auto& rows = erasures.keys_[file.key];
    rows.reserve(rows.size() + file.marks.size());
    for (const auto& mark : file.marks) rows.push_back({mark, version.since});
  });
  for (auto& [key, rows] : erasures.keys_) std::ranges::sort(rows);
  return erasures;
}

bool Erasures::contains(std::string_view account, const Digest& content) const {
  return contains(account, content, Instant{INT64_MIN});
}

bool Erasures::contains(std::string_view account, const Digest& content, Instant since) const {
  return std::ranges::any_of(keys_, [&](const auto& each) {
    const auto& rows = each.second;
    const Row first{erasure_mark(each.first, account, content), since};
    const auto found = std::ranges::lower_bound(rows, first);
    return found != rows.end() && found->mark == first.mark;
  });
}

ErasureKey Erasures::key() const { return keys_.empty() ? random_erasure_key() : keys_.begin()->first; }

std::vector<ErasureNote> erasure_notes(View& view) {
  std::vector<ErasureNote> notes;
  for_each_file(view, [&](const Version& version, const ErasureFile& file) {
    notes.push_back({std::string(subject_of(version.state.name)), version.since, file.marks.size(), file.note});
  });
  std::ranges::stable_sort(notes, {}, &ErasureNote::at);
  return notes;
}

std::string erasure_setting(std::string_view id) { return std::string(kErasedWord) + " " + std::string(id); }

}  // namespace yestermail
