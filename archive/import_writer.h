// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "archive/import.h"
#include "base/digest.h"
#include "store/recorder.h"

namespace yestermail {

/// Counts what an import tells, and hands it on. One thread.
class ImportCounter {
 public:
  explicit ImportCounter(ImportProgress& progress) : progress_(progress) {}

  void tell(const ImportNote& note);
  void account_begun() { ++tally_.accounts; }
  void directory_recorded() { ++tally_.directories; }
  void read(std::uint64_t bytes);
  [[nodiscard]] const ImportTally& tally() const { return tally_; }
  [[nodiscard]] ImportProgress& progress() { return progress_; }

 private:
  ImportProgress& progress_;
  ImportTally tally_;
  std::uint64_t files_ = 0;
};

/// A change that brings an item in, and its content.
struct ImportedItem {
  AccountNumber account;
  Put put;
  std::unique_ptr<BlobSource> content;  ///< none: the store has it. Its bytes are those of put.state.digest
  std::string account_name;
  std::string path;
};

/// Records what comes in: contents are cut and compressed by several threads, all becomes durable in commits of bounded
/// size, and each item is told when it is. A content that cannot be read, or is not that of its digest, is told as
/// failed and not recorded. Memory is bounded. Of a dry run all is told at once. One thread gives.
class ImportWriter {
 public:
  /// `recorder` nullptr: a dry run.
  ImportWriter(Recorder* recorder, unsigned threads, ImportCounter& counter);
  ImportWriter(const ImportWriter&) = delete;
  ImportWriter& operator=(const ImportWriter&) = delete;
  ~ImportWriter();  ///< What was not committed is not recorded.

  [[nodiscard]] bool dry() const { return recorder_ == nullptr; }
  [[nodiscard]] Recorder* recorder() { return recorder_; }
  /// Throws what ended the recording.
  void put(ImportedItem item);
  /// A directory: recorded before what is given later.
  void put_directory(AccountNumber account, Put put);
  /// On return all that was given is durable and told.
  void finish();

 private:
  void work();
  ImportNote store(ImportedItem& item);
  void wait_for_room();
  void drain();
  void commit();

  static constexpr std::uint64_t kHeldBytes = 32U << 20U;
  static constexpr std::size_t kHeldItems = 256;

  Recorder* const recorder_;
  ImportCounter& counter_;
  std::unique_ptr<BulkSession> session_;
  std::mutex mutex_;
  std::condition_variable given_;
  std::condition_variable taken_;
  // Guarded by mutex_.
  std::deque<ImportedItem> queue_;
  std::uint64_t held_bytes_ = 0;
  std::size_t busy_ = 0;
  std::vector<ImportNote> done_;  ///< told when they are durable
  std::exception_ptr stopped_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace yestermail
