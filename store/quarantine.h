// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/filesystem.h"
#include "store/layout.h"

namespace yestermail {

/// Damaged files are put aside in STORE/quarantine, and never deleted: somebody may still get something out of them.
class Quarantine {
 public:
  Quarantine(Filesystem& disk, const Layout& layout) : disk_(disk), layout_(layout) {}

  /// Copies a file there, if it is there; on return the copy survives a power cut.
  void copy(const std::string& path);
  /// Moves a file there, over a copy that was made before.
  void move(const std::string& path);
  /// Puts these bytes in the place of a file of the store, which is put aside first. After a power cut at any step the
  /// old or the new file is there, whole.
  void replace(const std::string& path, ByteView bytes);

 private:
  [[nodiscard]] std::string directory() const { return layout_.quarantine(); }
  static std::string name_of(const std::string& path);

  Filesystem& disk_;
  const Layout& layout_;
};

}  // namespace yestermail
