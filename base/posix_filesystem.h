// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/filesystem.h"

namespace yestermail {

/// The machine's disk. Files are made with mode 0600, directories with 0700: a store holds everybody's mail.
class PosixFilesystem final : public Filesystem {
 public:
  std::unique_ptr<File> open(const std::string& path, Open how) override;
  void rename(const std::string& from, const std::string& to) override;
  void remove(const std::string& path) override;
  void make_directory(const std::string& path) override;
  void sync_directory(const std::string& path) override;
  [[nodiscard]] std::vector<std::string> list(const std::string& path) override;
  [[nodiscard]] bool exists(const std::string& path) override;
  [[nodiscard]] std::unique_ptr<FileLock> try_lock(const std::string& path) override;
};

}  // namespace yestermail
