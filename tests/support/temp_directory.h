// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace yestermail::test {

/// A directory of one test's own that is removed with all that it holds.
class TempDirectory {
 public:
  enum class Where {
    kDisk,    ///< below $TMPDIR or /tmp
    kMemory,  ///< in memory where the system has such a place, for tests that write much; else as kDisk
  };
  explicit TempDirectory(Where where = Where::kDisk) {
    std::string name = (base(where) / "yestermail-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory() {
    namespace fs = std::filesystem;
    std::error_code error;
    fs::remove_all(path_, error);
    if (!error) return;
    // A test may leave directories that nobody may write to.
    for (fs::recursive_directory_iterator at(path_, fs::directory_options::skip_permission_denied, error), end;
         !error && at != end; at.increment(error)) {
      std::error_code ignored;
      if (at->is_directory(ignored) && !at->is_symlink(ignored))
        fs::permissions(at->path(), fs::perms::owner_all, ignored);
    }
    fs::remove_all(path_, error);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The path of something in it.
  [[nodiscard]] std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  static std::filesystem::path base(Where where) {
    const char* chosen = std::getenv("TMPDIR");
    if (where == Where::kMemory && chosen == nullptr && ::access("/dev/shm", W_OK) == 0) return "/dev/shm";
    return std::filesystem::temp_directory_path();
  }

  std::string path_;
};

}  // namespace yestermail::test
