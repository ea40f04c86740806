// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/recorder.h"

namespace yestermail {

/// What became of an item.
enum class ImportFate : std::uint8_t {
  kRecorded,  ///< durable; of a dry run: would be
  kPresent,   ///< the store had it, as it is
  kSkipped,
  kFailed,
};

struct ImportTally {
  std::uint64_t accounts = 0;
  std::uint64_t recorded = 0;
  std::uint64_t present = 0;
  std::uint64_t skipped = 0;
  std::uint64_t failed = 0;
  std::uint64_t damaged = 0;      ///< those of the failed whose bytes are not what was written
  std::uint64_t directories = 0;  ///< recorded
  std::uint64_t bytes = 0;        ///< of the files that were read
};

/// What is told of an item.
struct ImportNote {
  std::string account;  ///< its name in this store; empty: what is told is about no account
  std::string path;     ///< in the account; as the archive has it where that is not known
  ImportFate fate = ImportFate::kFailed;
  Errc error = Errc::kFailed;  ///< kFailed: of what class the failure is
  std::string why;
};

/// Hears how an import goes, on the thread that imports.
class ImportProgress {
 public:
  virtual ~ImportProgress() = default;
  virtual void expect(std::uint64_t files, std::uint64_t bytes) = 0;
  virtual void advanced(std::uint64_t files, std::uint64_t bytes) = 0;
  /// What it throws ends the import; what is no Error goes through to who imports.
  virtual void told(const ImportNote& note) = 0;
};

/// Whether a content was erased from an account: by the name that it gets here or the one that it had there, since
/// another name brings nothing back.
using ErasedContents = std::function<bool(const std::string& here, const std::string& there, const Digest& content)>;

/// What is to be imported, and how.
struct ImportOrder {
  std::vector<std::string> accounts;         ///< names, @DOMAIN or shell patterns; none: all
  std::map<std::string, std::string> names;  ///< what accounts are to be called here; the others keep their names
  unsigned threads = 1;
  std::uint64_t largest_file = std::uint64_t{16} << 30U;  ///< bytes; a larger one is refused
  std::string spool_directory;                            ///< where large files and lists stand meanwhile
  /// What was erased here, and must not come back. Empty: nothing was.
  ErasedContents is_erased = {};
};

/// The store that takes it in.
struct ImportTarget {
  View& view;
  Recorder* recorder = nullptr;  ///< nullptr: a dry run, nothing is recorded
};

/// Takes in what an archive of export has, at its instant: what the store has not yet is recorded now, and is durable
/// when it is told. What is there already is not recorded again, so that an import that ended early is simply made
/// again; what the store has and the archive has not stays. Every file is compared with the archive's list before it
/// is recorded. An archive that ends early gives what stands whole before its end.
/// Error before anything was recorded: the archive is none, or of a newer version (kUnsupported); no account was found
/// (kNotFound); an account's name is taken (kUsage). Error later: the store takes no more; what was told is in it.
/// Memory: some 50 bytes a file of the archive, and of one account the directories.
ImportTally import_archive(const ImportTarget& target, const std::string& path, const ImportOrder& order,
                           ImportProgress& progress);

/// Another store, as it was at an instant.
struct ImportOrigin {
  View& view;
  Uuid store;
  Instant at = kForever;
};
/// The same of another store.
ImportTally import_store(const ImportTarget& target, const ImportOrigin& origin, const ImportOrder& order,
                         ImportProgress& progress);
/// Error{kUsage} where both are one store, whatever paths led there, or a copy of it.
void refuse_itself(const Uuid& origin, const Uuid& target);

}  // namespace yestermail
