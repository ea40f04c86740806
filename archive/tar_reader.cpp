// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/tar_reader.h"

#include <fcntl.h>

#include <limits>
#include <new>

#include "archive/libarchive.h"
#include "base/c_ptr.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"

namespace yestermail {
namespace {

constexpr std::size_t kReadBytes = 256U << 10U;

void free_reader(archive* handle) { libarchive().archive_read_free(handle); }

/// False: beyond what a number of nanoseconds can say.
bool is_time(std::int64_t seconds) { return seconds > -9'000'000'000 && seconds < 9'000'000'000; }

bool is_owner(std::int64_t number) { return number >= 0 && number <= std::numeric_limits<std::uint32_t>::max(); }

FoundMember member_of(archive_entry* entry) {
  FoundMember member;
  if (const char* path = libarchive().archive_entry_pathname(entry)) member.path = path;
  const auto type = libarchive().archive_entry_filetype(entry);
  member.directory = type == AE_IFDIR;
  const auto seconds = libarchive().archive_entry_mtime(entry);
  const auto size = libarchive().archive_entry_size(entry);
  if (libarchive().archive_entry_hardlink(entry) != nullptr || (type != AE_IFDIR && type != AE_IFREG)) {
    member.fault = "a link or a device, which no mailbox has";
  } else if (!is_time(seconds)) {
    member.fault = "a time that no file has";
  } else if (!is_owner(libarchive().archive_entry_uid(entry)) || !is_owner(libarchive().archive_entry_gid(entry))) {
    member.fault = "an owner that no file has";
  } else if (size < 0) {
    member.fault = "a size that no file has";
  }
  if (!member.fault.empty()) return member;
  member.size = static_cast<std::uint64_t>(size);
  member.mtime_ns = static_cast<std::int64_t>(seconds) * kNanosPerSecond + libarchive().archive_entry_mtime_nsec(entry);
  member.mode = static_cast<std::uint32_t>(libarchive().archive_entry_perm(entry)) & 0777U;
  member.uid = static_cast<std::uint32_t>(libarchive().archive_entry_uid(entry));
  member.gid = static_cast<std::uint32_t>(libarchive().archive_entry_gid(entry));
  return member;
}

}  // namespace

struct TarReader::State {
  explicit State(const std::string& from)
      : path(from),
        fd(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)),
        handle(libarchive().archive_read_new()) {
    if (!fd.valid()) throw_errno(errno, printable(path));
    if (!handle) throw std::bad_alloc();
  }
  [[noreturn]] void fail() const {
    const char* text = libarchive().archive_error_string(handle.get());
    throw Error(Errc::kDamage,
                printable(path) + ": cannot be read on: " + printable(text == nullptr ? "no reason told" : text));
  }

  const std::string path;
  const Fd fd;
  CPtr<archive, free_reader> handle;
};

TarReader::TarReader(const std::string& path) : state_(std::make_unique<State>(path)) {
  auto* handle = state_->handle.get();
  // These two and no more: each further one is code that reads what a stranger wrote.
  if (libarchive().archive_read_support_format_tar(handle) != ARCHIVE_OK ||
      libarchive().archive_read_support_filter_zstd(handle) != ARCHIVE_OK ||
      libarchive().archive_read_open_fd(handle, state_->fd.get(), kReadBytes) != ARCHIVE_OK) {
    state_->fail();
  }
}

TarReader::~TarReader() = default;

std::optional<FoundMember> TarReader::next() {
  archive_entry* entry = nullptr;
  const auto result = libarchive().archive_read_next_header(state_->handle.get(), &entry);
  if (result == ARCHIVE_EOF) return std::nullopt;
  // It warns of each name that is not ASCII.
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN) state_->fail();
  return member_of(entry);
}

std::size_t TarReader::read(std::span<std::byte> into) {
  const auto got = libarchive().archive_read_data(state_->handle.get(), into.data(), into.size());
  if (got < 0) state_->fail();
  return static_cast<std::size_t>(got);
}

std::uint64_t TarReader::position() const {
  return static_cast<std::uint64_t>(libarchive().archive_filter_bytes(state_->handle.get(), -1));
}

}  // namespace yestermail
