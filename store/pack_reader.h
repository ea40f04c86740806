// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/filesystem.h"
#include "store/pack_format.h"

namespace yestermail {

/// A sealed pack. Nothing in it is trusted: damage is Error{kDamage} that names the file. Safe for concurrent use.
class PackReader {
 public:
  PackReader(Filesystem& disk, std::string path);

  /// Reads and checks header, footer and contents.
  [[nodiscard]] PackContents contents() const;
  /// The raw bytes of the frame at `offset`, checked.
  [[nodiscard]] Bytes frame(std::uint64_t offset) const;
  /// Some raw bytes of the frame at `offset`, read alone where that can be, and not checked: see read_plain().
  [[nodiscard]] std::optional<Bytes> plain(std::uint64_t offset, std::uint64_t inner, std::uint64_t length) const;
  [[nodiscard]] std::uint64_t bytes() const { return file_->size(); }

 private:
  std::string path_;
  std::unique_ptr<File> file_;
};

}  // namespace yestermail
