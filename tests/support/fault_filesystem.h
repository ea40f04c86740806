// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/filesystem.h"

namespace yestermail::test {

/// What a disk has kept when the power comes back.
struct PowerCut {
  /// Of names (created, renamed, removed) that no sync_directory() has covered since.
  enum class Names { kKept, kLost, kSome };
  /// Of bytes that no sync() of their file has covered since.
  enum class Blocks { kKept, kLost, kSome };

  Names names = Names::kLost;
  Blocks blocks = Blocks::kLost;
  std::uint64_t seed = 0;  ///< decides for kSome
};

std::string to_string(const PowerCut& cut);

/// A real directory behind the store's seam that remembers what a disk may lose, counts the calls that change it, and
/// can crash or fail at any of them. It assumes no more than base/filesystem.h promises: bytes last after sync() of
/// the file, names after sync_directory() of the directory they are in; a name in a new directory lasts only if that
/// directory's own name does. Files that came into the directory past it (SQLite's, the lock) are not modelled: a
/// power cut keeps them as they are, unless their directory is lost. Safe for concurrent use.
class FaultFilesystem final : public Filesystem {
 public:
  /// One call that changes the disk. Locks and reads are none.
  struct Step {
    std::uint64_t number = 0;  ///< from 1
    std::string call;          ///< create, write, sync, rename, remove, mkdir, syncdir
    std::string path;          ///< relative to the root; of a rename where it goes
  };

  /// `root` is an existing directory; all that is in it counts as durable.
  explicit FaultFilesystem(const std::string& root);
  ~FaultFilesystem() override;

  std::unique_ptr<File> open(const std::string& path, Open how) override;
  void rename(const std::string& from, const std::string& to) override;
  void remove(const std::string& path) override;
  void make_directory(const std::string& path) override;
  void sync_directory(const std::string& path) override;
  [[nodiscard]] std::vector<std::string> list(const std::string& path) override;
  [[nodiscard]] bool exists(const std::string& path) override;
  [[nodiscard]] std::unique_ptr<FileLock> try_lock(const std::string& path) override;

  [[nodiscard]] std::uint64_t steps() const;
  /// All steps so far.
  [[nodiscard]] std::vector<Step> history() const;

  /// Step `number` and all that follow throw Error{kIo}; of a write at that step a part may reach the file. 0: never.
  void crash_at(std::uint64_t number);
  [[nodiscard]] bool crashed() const;
  /// Step `number` (and, with `for_ever`, all that follow) fails with this errno; of a write a part reaches the file.
  /// After a failed sync the bytes it was for are never made durable by a later one, as on Linux. 0: never.
  void fail_at(std::uint64_t number, int error_number, bool for_ever);
  /// Called before each step, in the thread that makes it. It may call power_cut(), and no other function of this.
  void before_each_step(std::function<void(const Step&)> hook);

  /// From now on sync() of files, or sync_directory(), whose path relative to the root matches the pattern
  /// (fnmatch, * crosses slashes) returns without effect. For the test that the tests see it.
  void ignore_syncs(std::string pattern);
  void ignore_directory_syncs(std::string pattern);

  /// Writes into `destination`, which it makes, what the disk may hold if the power is cut now. Returns what was lost,
  /// a line each. The real directory stays as it is.
  std::vector<std::string> power_cut(const PowerCut& cut, const std::string& destination) const;

 private:
  struct Model;
  friend class FaultFile;
  std::shared_ptr<Model> model_;
};

}  // namespace yestermail::test
