// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/archive_history.h"

#include <algorithm>
#include <utility>

#include "archive/history_check.h"
#include "archive/import_choice.h"

namespace yestermail {

ArchiveHistory::ArchiveHistory(std::string path, const ImportOrder& order)
    : path_(std::move(path)),
      order_(order),
      survey_(survey_archive(path_, order.spool_directory)),
      lines_(order.spool_directory),
      contents_(order.spool_directory) {
  if (!survey_.record.history) {
    throw Error(Errc::kUsage, printable(path_) +
                                  ": has no history: it was exported without --history. Import it without --history, "
                                  "or export with --history and import that");
  }
  if (!survey_.list) {
    throw Error(Errc::kDamage, printable(path_) +
                                   ": is not whole: get a whole copy, since a history cannot be completed later; "
                                   "without --history what is whole of it can be imported");
  }
  for (const auto& [directory, why] : survey_.faulty) {
    if (is_wanted(order_, survey_.name_of(directory))) refuse(directory, why);
  }
  for (auto& [directory, record] : survey_.accounts) add_account(directory, std::move(record));
}

void ArchiveHistory::refuse(const std::string& directory, const std::string& why) const {
  throw Error(Errc::kDamage, printable(path_) + ": " + printable(directory) + ": " + why +
                                 ": nothing is imported: get a sound copy, or name other accounts with --accounts");
}

void ArchiveHistory::add_account(const std::string& directory, AccountRecord record) {
  auto& account = record.account;
  const bool possible =
      account.since.value > kMicrosPerSecond && account.since <= survey_.record.at && account.since < account.until;
  if (!possible && is_wanted(order_, account.name)) refuse(directory, "its account.json tells of no time that can be");
  if (!possible) return;
  account.number = AccountNumber{static_cast<std::uint32_t>(parts_.size() + 1)};
  accounts_.push_back(std::move(account));
  parts_.push_back({directory, std::move(record.gaps)});
}

void ArchiveHistory::prepare(const std::vector<AccountNumber>& wanted, bool dry, ImportCounter& counter) {
  dry_ = dry;
  std::map<std::string, Part*> parts;
  for (const auto account : wanted) parts.emplace(part_of(account).directory, &part_of(account));
  TarReader tar(path_);
  while (const auto member = tar.next()) {
    const auto place = place_of_member(member->path);
    const auto part = place ? parts.find(place->directory) : parts.end();
    if (place && part == parts.end()) continue;
    if (!place || !member->fault.empty()) {
      counter.tell({{},
                    member->path,
                    ImportFate::kFailed,
                    Errc::kFailed,
                    place ? member->fault + ": not taken" : "a path that no archive of export has: not taken"});
    } else if (!member->directory) {
      take(tar, *member, *place, *part->second);
    }
  }
  for (const auto& [directory, part] : parts) {
    if (!part->gathered) refuse(directory, "its history is not in the archive");
  }
}

void ArchiveHistory::take(TarReader& tar, const FoundMember& member, const MemberPlace& place, Part& part) {
  using In = MemberPlace::Part;
  if (place.part == In::kHistory) return take_lines(tar, member, part);
  if (place.part != In::kTree && place.part != In::kBlob) return;
  // What is not taken here is missed by the versions that have it, if there are any.
  const auto digest = survey_.list->digest_of(member.path);
  if (digest && member.size <= order_.largest_file && !contents_.has(*digest)) contents_.add(tar, *digest, dry_);
}

void ArchiveHistory::take_lines(TarReader& tar, const FoundMember& member, Part& part) {
  constexpr std::size_t kWordsPiece = 256U << 10U;
  if (std::exchange(part.gathered, true)) refuse(part.directory, "its history is twice in the archive");
  HistoryCheck check(accounts_[static_cast<std::size_t>(&part - parts_.data())]);
  Hasher hasher;
  part.lines.begin = lines_.size();
  Bytes piece(kWordsPiece);
  while (const auto got = tar.read(piece)) {
    const auto some = ByteView(piece).first(got);
    hasher.update(some);
    lines_.append(some);
    check.add(some);
  }
  part.lines.end = lines_.size();
  if (hasher.finish() != survey_.list->digest_of(member.path)) refuse(part.directory, "its history was altered");
  if (const auto fault = check.close(); !fault.empty()) refuse(part.directory, "its history " + fault);
  part.versions = check.versions();
}

std::unique_ptr<HistoryStream> ArchiveHistory::stream(AccountNumber account, Instant from, std::size_t streams) {
  constexpr std::size_t kBytes = 32U << 20U;  // of all streams, in memory
  const auto piece = std::clamp<std::size_t>(kBytes / streams, 4U << 10U, 64U << 10U);
  return std::make_unique<HistoryLines>(lines_, part_of(account).lines, from, piece);
}

std::unique_ptr<BlobSource> ArchiveHistory::content(AccountNumber /*account*/, const Digest& digest) {
  auto content = contents_.content(digest);
  if (!content) throw Error(Errc::kDamage, "its bytes are not in the archive, or were altered there");
  return content;
}

std::vector<Gap> ArchiveHistory::gaps(AccountNumber account, Instant since, Instant until) {
  std::vector<Gap> found;
  const auto add = [&](const std::vector<Gap>& gaps) {
    for (const auto& gap : gaps) {
      const bool meant = gap.from < until && gap.until > since;
      if (meant && std::ranges::find(found, gap) == found.end()) found.push_back(gap);
    }
  };
  if (account != kServerAccount) {
    add(part_of(account).gaps.of_account);
    return found;
  }
  for (const auto& part : parts_) {
    if (part.gathered) add(part.gaps.of_store);
  }
  return found;
}

}  // namespace yestermail
