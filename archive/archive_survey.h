// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "archive/import_records.h"
#include "archive/manifest_index.h"
#include "archive/tar_reader.h"

namespace yestermail {

/// What an archive has, read through once before anything of it is recorded.
struct ArchiveSurvey {
  ExportRecord record;
  std::map<std::string, AccountRecord> accounts;  ///< by directory; those whose account.json can be believed
  std::map<std::string, std::string> faulty;      ///< directories of the others, and why they cannot
  std::unique_ptr<ManifestIndex> list;            ///< none: the archive ends before it
  std::string cut;                                ///< why it has none
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;

  /// What export.json calls the account of a directory.
  [[nodiscard]] std::string name_of(const std::string& directory) const;
};

/// Error{kUsage}: no archive of export. Error{kUnsupported}: of a newer version. Error{kDamage}: not even its beginning
/// can be believed.
ArchiveSurvey survey_archive(const std::string& path, const std::string& spool_directory);

/// The whole of a member, at most `most` bytes. Nothing where it is larger.
std::optional<Bytes> read_member(TarReader& tar, std::uint64_t most);

}  // namespace yestermail
