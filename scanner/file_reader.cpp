// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/file_reader.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace yestermail {

FileSource::FileSource(int file, std::uint64_t size, Bytes& head, std::size_t head_bytes)
    : file_(file), size_(size), head_(head), head_bytes_(head_bytes) {
  head_.clear();
}

std::size_t FileSource::read(std::span<std::byte> into) {
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - at_));
  if (want == 0) return 0;
  ssize_t got = -1;
  do {
    got = ::pread(file_, into.data(), want, static_cast<off_t>(at_));
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    error_ = errno;
    throw Error(Errc::kIo, "reading a file of a source failed");
  }
  const auto size = static_cast<std::size_t>(got);
  if (head_.size() < head_bytes_) append(head_, into.first(std::min(size, head_bytes_ - head_.size())));
  at_ += size;
  return size;
}

Digest digest_of(const Opened& file) {
  Bytes head;
  FileSource source(file.fd.get(), file.stat.size, head, 0);
  Hasher hasher;
  Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(file.stat.size, 256U << 10U)));
  try {
    while (const auto got = source.read(piece)) hasher.update(ByteView(piece).first(got));
  } catch (const Error&) {
    if (source.error() == 0) throw;  // Else whoever stores it finds the same.
  }
  return hasher.finish();
}

std::variant<FileContent, Denial> read_whole(Opened file, Bytes& head, std::size_t head_bytes,
                                             const std::function<StoredBlob(BlobSource&)>& store) {
  for (int tries = 0; tries < 3; ++tries) {
    FileSource source(file.fd.get(), file.stat.size, head, head_bytes);
    StoredBlob blob;
    try {
      blob = store(source);
    } catch (const Error&) {
      if (source.error() == 0) throw;
      return Denial{Denial::Kind::kFailed, std::strerror(source.error())};
    }
    int error = 0;
    const auto after = stat_of(file.fd.get(), &error);
    if (!after) return Denial{Denial::Kind::kFailed, std::strerror(error)};
    const bool same = after->size == file.stat.size && after->mtime_ns == file.stat.mtime_ns;
    file.stat = *after;
    if (same && source.bytes() == after->size) return FileContent{blob, *after};
  }
  return Denial{Denial::Kind::kFailed, "unstable: it was written to while it was read, three times"};
}

}  // namespace yestermail
