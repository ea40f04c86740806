// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/present_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"

namespace yestermail {
namespace {

std::optional<std::uint64_t> size_of(const Fd& file) {
  struct stat is {};
  if (::fstat(file.get(), &is) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(is.st_size);
}

Digest digest_of(const Fd& file, std::uint64_t size, const std::string& name) {
  constexpr std::uint64_t kMost = 256U << 10U;
  Hasher hasher;
  Bytes buffer(std::clamp<std::uint64_t>(size, 1, kMost));
  for (;;) {
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(errno, printable(name));
    if (got == 0) return hasher.finish();
    hasher.update(ByteView(buffer).first(static_cast<std::size_t>(got)));
  }
}

}  // namespace

void PresentFiles::add(const HeldDirectory& directory) {
  directories_.push_back(&directory);
  for (auto& name : directory.names()) {
    if (name.starts_with('.')) continue;
    by_base_.emplace(base_of_(name), entries_.size());
    entries_.push_back({directories_.size() - 1, std::move(name)});
  }
}

std::string PresentFiles::claim_named(const std::string& base, const Digest& digest, std::uint64_t size) {
  const auto [begin, end] = by_base_.equal_range(base);
  for (auto at = begin; at != end; ++at) {
    if (at->second != kTaken && claim(entries_[at->second], digest, size)) return entries_[at->second].name;
  }
  return {};
}

std::string PresentFiles::claim_any(const Digest& digest, std::uint64_t size) {
  index_sizes();
  const auto [begin, end] = by_size_.equal_range(size);
  for (auto at = begin; at != end; ++at) {
    if (claim(entries_[at->second], digest, size)) return entries_[at->second].name;
  }
  return {};
}

bool PresentFiles::claim(Entry& entry, const Digest& digest, std::uint64_t size) {
  if (entry.claimed) return false;
  if (!entry.hashed) {
    const auto file = open(entry);
    if (!file || size_of(*file) != size) return false;
    entry.digest = digest_of(*file, size, entry.name);
    entry.hashed = true;
  }
  entry.claimed = entry.digest == digest;
  return entry.claimed;
}

/// A file whose flags changed since it was listed has another name now.
std::optional<Fd> PresentFiles::open(Entry& entry) {
  if (auto file = directories_[entry.directory]->read(entry.name)) return file;
  const auto base = base_of_(entry.name);
  for (std::size_t i = 0; i < directories_.size(); ++i) {
    for (auto& name : directories_[i]->names()) {
      if (base_of_(name) != base) continue;
      entry.directory = i;
      entry.name = std::move(name);
      return directories_[i]->read(entry.name);
    }
  }
  return std::nullopt;
}

void PresentFiles::index_sizes() {
  if (sizes_known_) return;
  sizes_known_ = true;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto file = directories_[entries_[i].directory]->read(entries_[i].name);
    const auto size = file ? size_of(*file) : std::nullopt;
    if (size) by_size_.emplace(*size, i);
  }
}

}  // namespace yestermail
