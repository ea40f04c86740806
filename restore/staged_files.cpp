// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/staged_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <ctime>

#include "base/clock.h"
#include "base/error.h"
#include "restore/dot_lock.h"

namespace yestermail {
namespace {

/// From so many files on one sync of the whole file system costs less than one of each.
constexpr std::size_t kManyFiles = 8;

timespec time_of(std::int64_t nanoseconds) {
  auto seconds = nanoseconds / kNanosPerSecond;
  if (nanoseconds % kNanosPerSecond < 0) --seconds;
  return {seconds, nanoseconds - seconds * kNanosPerSecond};
}

/// `buffer` grows to what the blobs need: a large one of its own for each would take longer than all the rest.
void copy_blob(BlobReader& blob, Bytes& buffer, const Fd& file, const std::string& name) {
  constexpr std::uint64_t kMost = 256U << 10U;
  if (const auto need = std::min(blob.size(), kMost); buffer.size() < need) buffer.resize(need);
  for (std::uint64_t at = 0; at < blob.size();) {
    const auto got = blob.read(at, buffer);
    if (got == 0) throw Error(Errc::kDamage, "a blob ended before its size");
    write_all(file, ByteView(buffer).first(got), name);
    at += got;
  }
}

}  // namespace

std::string fresh_base_name() {
  static std::atomic<unsigned> count{0};
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::to_string(now.tv_sec) + ".M" + std::to_string(now.tv_nsec / 1000) + "P" + std::to_string(::getpid()) +
         "Q" + std::to_string(count++) + "." + host_name();
}

StagedFiles::~StagedFiles() {
  try {
    while (!names_.empty()) drop_first();
  } catch (const Error&) {  // It stays where nobody takes it for a mail.
  }
}

void StagedFiles::write(BlobReader& blob, std::int64_t mtime_ns) {
  const auto name = fresh_base_name();
  const auto file = directory_.create(name);
  try {
    copy_blob(blob, buffer_, file, name);
    directory_.give(file, owner_, name);
    const std::array<timespec, 2> times{time_of(mtime_ns), time_of(mtime_ns)};
    if (::futimens(file.get(), times.data()) != 0) throw_errno(errno, name);
  } catch (const Error&) {
    directory_.remove(name);
    throw;
  }
  names_.push_back(name);
}

void StagedFiles::sync() {
  if (names_.size() >= kManyFiles) return directory_.sync_file_system();
  for (const auto& name : names_) {
    const auto file = directory_.read(name);
    if (!file || ::fsync(file->get()) != 0) throw_errno(file ? errno : ENOENT, directory_.path() + "/" + name);
  }
}

bool StagedFiles::publish_first(const HeldDirectory& to, const std::string& name) {
  if (!directory_.move_to(names_.front(), to, name)) return false;
  names_.erase(names_.begin());
  return true;
}

void StagedFiles::drop_first() {
  const auto name = names_.front();
  names_.erase(names_.begin());
  directory_.remove(name);
}

}  // namespace yestermail
