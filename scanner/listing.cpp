// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/listing.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

namespace yestermail {
namespace {

// The kernel stamps with a clock that moves every 1 to 10 ms: two changes within a tick may leave one stamp.
constexpr std::int64_t kTickNs = 20'000'000;
constexpr std::int64_t kOldNs = 2'000'000'000;

bool same_stamp(const FileStat& a, const FileStat& b) { return mark_of(a) == mark_of(b) && a.device == b.device; }

Listing::Entry entry_of(const dirent64& raw) {
  Listing::Entry entry;
  entry.name = raw.d_name;
  entry.inode = raw.d_ino;
  entry.kind_known = raw.d_type != DT_UNKNOWN;
  if (raw.d_type == DT_REG) entry.kind = FileStat::Kind::kRegular;
  if (raw.d_type == DT_DIR) entry.kind = FileStat::Kind::kDirectory;
  if (raw.d_type == DT_LNK) entry.kind = FileStat::Kind::kSymlink;
  return entry;
}

}  // namespace

Listing Listing::read(int fd) {
  Listing result;
  const auto fail = [&result](int error) {
    result.entries_.clear();
    result.error_ = error;
  };
  const auto before = stat_of(fd, &result.error_);
  if (!before) return result;
  result.before_ = *before;
  const bool settled = is_settled(*before);
  if (::lseek(fd, 0, SEEK_SET) < 0) return fail(errno), std::move(result);

  std::size_t block = std::size_t{16} << 10U;
  for (;;) {
    // Not make_unique: nothing is gained by clearing what the kernel fills.
    std::unique_ptr<char[]> buffer(new char[block]);
    const auto size = ::getdents64(fd, buffer.get(), block);
    if (size < 0) return fail(errno), std::move(result);
    if (size == 0) break;
    for (std::ptrdiff_t at = 0; at < size;) {
      const auto* raw = reinterpret_cast<const dirent64*>(buffer.get() + at);
      at += raw->d_reclen;
      const auto entry = entry_of(*raw);
      if (entry.name != "." && entry.name != "..") result.entries_.push_back(entry);
    }
    result.blocks_.push_back(std::move(buffer));
    block = std::size_t{128} << 10U;
  }
  std::ranges::sort(result.entries_, {}, &Entry::name);
  const auto same_name = [](const Entry& a, const Entry& b) { return a.name == b.name; };
  result.entries_.erase(std::unique(result.entries_.begin(), result.entries_.end(), same_name), result.entries_.end());

  const auto after = stat_of(fd, &result.error_);
  if (!after) return fail(result.error_), std::move(result);
  result.exact_ = settled && same_stamp(*before, *after);
  return result;
}

bool Listing::contains(std::string_view name) const {
  return std::ranges::binary_search(entries_, name, {}, &Entry::name);
}

bool is_settled(const FileStat& directory) { return directory.ctime_ns < file_clock_ns() - kTickNs; }

bool is_old(const FileStat& directory) {
  const auto limit = file_clock_ns() - kOldNs;
  return directory.ctime_ns < limit && directory.mtime_ns < limit;
}

void let_settle() { std::this_thread::sleep_for(std::chrono::milliseconds(25)); }

}  // namespace yestermail
