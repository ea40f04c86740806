// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/manifest_index.h"

#include <algorithm>

#include "archive/import_records.h"

namespace yestermail {
namespace {

constexpr std::size_t kLongestLine = 64U << 10U;
constexpr std::size_t kMostFiles = 20'000'000;  ///< bounds memory at a GB, whatever an archive says

/// Nobody can make two paths of one key at will.
std::uint64_t key_of(std::string_view path) { return std::hash<Digest>()(Digest::of(as_bytes(path))); }

}  // namespace

bool ManifestIndex::add(ByteView bytes) {
  lines_.append(bytes);
  for (auto text = as_text(bytes); !text.empty();) {
    const auto end = text.find('\n');
    line_ += text.substr(0, end);
    if (line_.size() > kLongestLine) return false;
    if (end == std::string_view::npos) return true;
    if (!add_line()) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

bool ManifestIndex::add_line() {
  const auto file = read_manifest_line(line_);
  line_.clear();
  if (!file || entries_.size() >= kMostFiles) return false;
  entries_.push_back({key_of(file->path), file->digest});
  return true;
}

bool ManifestIndex::close() {
  std::ranges::stable_sort(entries_, {}, &Entry::key);
  return line_.empty();
}

const ManifestIndex::Entry* ManifestIndex::find(std::string_view path) const {
  const auto key = key_of(path);
  const auto found = std::ranges::lower_bound(entries_, key, {}, &Entry::key);
  return found == entries_.end() || found->key != key ? nullptr : &*found;
}

std::optional<Digest> ManifestIndex::digest_of(std::string_view path) const {
  const auto* entry = find(path);
  return entry == nullptr ? std::nullopt : std::optional(entry->digest);
}

bool ManifestIndex::take(std::string_view path) {
  const auto* entry = find(path);
  if (entry == nullptr || entry->taken) return false;
  entries_[static_cast<std::size_t>(entry - entries_.data())].taken = true;
  return true;
}

void ManifestIndex::each_left(const std::function<void(const std::string& path)>& tell) {
  if (std::ranges::all_of(entries_, &Entry::taken)) return;
  std::string line;
  lines_.read([&](ByteView piece) {
    for (auto text = as_text(piece); !text.empty();) {
      const auto end = text.find('\n');
      line += text.substr(0, end);
      if (end == std::string_view::npos) return;
      const auto file = read_manifest_line(line);
      const auto* entry = file ? find(file->path) : nullptr;
      if (entry != nullptr && !entry->taken) tell(file->path);
      line.clear();
      text.remove_prefix(end + 1);
    }
  });
}

}  // namespace yestermail
