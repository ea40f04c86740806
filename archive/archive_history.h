// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "archive/archive_survey.h"
#include "archive/content_spool.h"
#include "archive/history_lines.h"
#include "archive/history_source.h"
#include "archive/import.h"
#include "archive/member_place.h"
#include "archive/spool.h"

namespace yestermail {

/// The history that an archive of `export --history` has. An archive has contents by folder, and a history needs them
/// by time: prepare() puts lines and contents of the accounts that are wanted on disk, as they are. Memory: some 50
/// bytes a file of the archive, 100 a content, 24 a mail that is there at a time and will be gone.
class ArchiveHistory final : public HistorySource {
 public:
  /// Reads the archive through. Error{kUsage}: no archive of export, or one without history. Error{kUnsupported}: of a
  /// newer version. Error{kDamage}: it is cut, or an account that the order asks for cannot be believed.
  ArchiveHistory(std::string path, const ImportOrder& order);

  [[nodiscard]] Uuid store() const override { return survey_.record.store; }
  [[nodiscard]] Instant at() const override { return survey_.record.at; }
  [[nodiscard]] const std::vector<Account>& accounts() const override { return accounts_; }
  /// Error{kDamage}: the history of one of them is not there, or was altered.
  void prepare(const std::vector<AccountNumber>& wanted, bool dry, ImportCounter& counter) override;
  std::uint64_t versions(AccountNumber account) override { return part_of(account).versions; }
  std::unique_ptr<HistoryStream> stream(AccountNumber account, Instant from, std::size_t streams) override;
  std::unique_ptr<BlobSource> content(AccountNumber account, const Digest& digest) override;
  std::vector<Gap> gaps(AccountNumber account, Instant since, Instant until) override;

 private:
  /// What it has of an account.
  struct Part {
    std::string directory;
    RecordedGaps gaps;
    bool gathered = false;
    LineRange lines = {};
    std::uint64_t versions = 0;
  };

  [[noreturn]] void refuse(const std::string& directory, const std::string& why) const;
  void add_account(const std::string& directory, AccountRecord record);
  void take(TarReader& tar, const FoundMember& member, const MemberPlace& place, Part& part);
  void take_lines(TarReader& tar, const FoundMember& member, Part& part);
  Part& part_of(AccountNumber account) { return parts_.at(account.value - 1); }

  const std::string path_;
  const ImportOrder& order_;
  ArchiveSurvey survey_;
  std::vector<Account> accounts_;  ///< numbered from 1, in the order of their directories
  std::vector<Part> parts_;        ///< of these
  bool dry_ = false;
  Spool lines_;
  ContentSpool contents_;
};

}  // namespace yestermail
