// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "scanner/beneath.h"
#include "store/recorder.h"

namespace yestermail {

/// The bytes of an open file, up to the size that it had when it was opened. Keeps the first bytes of a message for its
/// headers. Never maps the file: one that shrinks just ends early.
class FileSource final : public BlobSource {
 public:
  /// `file` stays open as long as this lives. Reads from its start. `head` is cleared, and filled if `head_bytes`.
  FileSource(int file, std::uint64_t size, Bytes& head, std::size_t head_bytes);
  std::size_t read(std::span<std::byte> into) override;

  [[nodiscard]] std::uint64_t bytes() const { return at_; }
  /// 0, or the errno of a failed read; the Error that read() threw then is about the file, not about the store.
  [[nodiscard]] int error() const { return error_; }

 private:
  int file_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
  Bytes& head_;
  std::size_t head_bytes_;
  int error_ = 0;
};

/// A file as it was read, whole and at rest.
struct FileContent {
  StoredBlob blob;
  FileStat stat;
};

/// Of all the bytes of an open file; what cannot be read has that of what could.
Digest digest_of(const Opened& file);

/// Reads an open file into a store: once, then looks whether it is still what it was (size and time). If it changed
/// meanwhile, again, three times in all; then it is a Denial: unstable. `store` gives the bytes to the store; an Error
/// of its own goes through. `head` gets the first `head_bytes`.
std::variant<FileContent, Denial> read_whole(Opened file, Bytes& head, std::size_t head_bytes,
                                             const std::function<StoredBlob(BlobSource&)>& store);

}  // namespace yestermail
