// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "scanner/watch/watcher.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {

/// True unless the last name is "tmp" or the path has "/ignored" in it: like a Maildir's filter, and pure.
bool matters_here(const std::string& directory);

std::unique_ptr<Watcher> make_watcher(WatchMethod method, const WatcherSettings& settings);

/// Why there is no fanotify for this process here; empty if there is.
std::string why_no_fanotify();

/// Names the instances of a parameterised suite.
inline std::string name_of_instance(const testing::TestParamInfo<WatchMethod>& instance) {
  return std::string(method_name(instance.param));
}

void write_file(const std::string& path, const std::string& text = "x");
void make_maildir(const std::string& path);  ///< cur, new, tmp, and what is missing above
/// As Dovecot does: written in tmp/, renamed to new/.
void deliver(const std::string& maildir, const std::string& name);
void rename_path(const std::string& from, const std::string& to);

/// Hints collected, and the question whether they tell of a change.
class Hints {
 public:
  HintSink sink();
  void clear() { hints_.clear(); }
  [[nodiscard]] const std::vector<Hint>& all() const { return hints_; }

  /// Whether whoever follows the hints looks at this path: named itself, or below a directory that is to be looked
  /// through or came with all that is in it.
  [[nodiscard]] bool cover(const std::string& path) const;
  [[nodiscard]] bool name(const std::string& path) const;  ///< named itself
  [[nodiscard]] bool missed() const;
  [[nodiscard]] std::string text() const;  ///< for a failed test

 private:
  std::vector<Hint> hints_;
};

/// A root that is watched.
class WatchedTree {
 public:
  explicit WatchedTree(WatchMethod method, std::chrono::milliseconds poll_interval = std::chrono::milliseconds(20),
                       TempDirectory::Where where = TempDirectory::Where::kDisk);

  [[nodiscard]] std::string root() const { return outside_ / "root"; }
  [[nodiscard]] const std::string& outside() const { return outside_.path(); }
  [[nodiscard]] std::string operator/(const std::string& name) const { return root() + "/" + name; }

  /// After the tree was prepared.
  void start(std::uint64_t most_directories = 0);
  [[nodiscard]] Watcher& watcher() { return *watcher_; }

  /// What is told of all that was done until now. False: the root is gone.
  bool collect();
  Hints hints;

 private:
  WatchMethod method_;
  std::chrono::milliseconds poll_interval_;
  TempDirectory outside_;
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace yestermail::test
