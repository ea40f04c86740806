// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <set>

#include "archive/account_import.h"
#include "archive/archive_survey.h"
#include "archive/held_content.h"
#include "archive/import.h"
#include "archive/import_choice.h"
#include "archive/import_writer.h"
#include "archive/member_place.h"
#include "mail/header_words.h"
#include "store/origin.h"

namespace yestermail {
namespace {

/// Sender and subject of a message.
void add_words(HeldContent& content, EntryState& state) {
  Bytes head(static_cast<std::size_t>(std::min<std::uint64_t>(kHeaderBytes, content.size())));
  std::size_t filled = 0;
  while (filled < head.size()) {
    const auto got = content.read_at(filled, std::span(head).subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  auto words = header_words(ByteView(head).first(filled));
  state.sender = std::move(words.sender);
  state.subject = std::move(words.subject);
}

/// An archive, while its files are taken in.
class ArchiveImport {
 public:
  ArchiveImport(const ImportTarget& target, const std::string& path, const ImportOrder& order, ImportProgress& progress)
      : target_(target), path_(path), order_(order), counter_(progress) {}

  ImportTally run() {
    survey_ = survey_archive(path_, order_.spool_directory);
    choose();
    counter_.progress().expect(survey_.files, survey_.bytes);
    ImportWriter writer(target_.recorder, order_.threads, counter_);
    writer_ = &writer;
    read();
    writer.finish();
    tell_rest();
    return counter_.tally();
  }

 private:
  void choose() {
    std::vector<Account> candidates;
    std::map<std::string, std::string> directories;
    for (const auto& [directory, known] : survey_.accounts) {
      if (!directory.starts_with("accounts/")) continue;
      const auto& account = known.account;
      candidates.push_back(account);
      candidates.back().source = imported_source(survey_.record.store, account.uuid);
      directories[account.name] = directory;
    }
    // With none that can be read it is not "nothing found".
    if (candidates.empty() && !survey_.faulty.empty()) return;
    for (auto& account : choose_accounts(target_.view, candidates, order_)) {
      const auto directory = directories.at(account.origin_name);
      chosen_.emplace(directory, std::move(account));
    }
  }

  void read() {
    try {
      TarReader tar(path_);
      while (const auto member = tar.next()) take(tar, *member);
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage || survey_.list) throw;
      // It ends here: that was known, and is told in the end.
    }
  }

  void take(TarReader& tar, const FoundMember& member) {
    const auto place = place_of_member(member.path);
    if (!place) return tell(member.path, ImportFate::kFailed, "a path that no archive of export has: not taken");
    if (place->part == MemberPlace::Part::kText || !begin_account(place->directory)) return;
    if (place->part == MemberPlace::Part::kHistory) {
      return tell(member.path, ImportFate::kSkipped, "only the state is imported; with --history every version");
    }
    if (place->part != MemberPlace::Part::kTree) return;
    if (!member.fault.empty()) return account_->fail(place->path, Errc::kFailed, member.fault + ": not taken");
    if (!member.directory) return take_file(tar, member, place->path);
    EntryState state = state_of(member);
    state.kind = EntryKind::kDirectory;
    account_->directory(place->path, std::move(state));
  }

  /// False: nothing of it is wanted.
  bool begin_account(const std::string& directory) {
    if (directory == directory_) return account_ != nullptr;
    directory_ = directory;
    account_.reset();
    if (const auto chosen = chosen_.find(directory); chosen != chosen_.end()) {
      account_ = std::make_unique<AccountImport>(target_.view, std::move(chosen->second), order_.is_erased, *writer_,
                                                 counter_);
      // Once: what stands elsewhere in the archive under the same directory is nothing that export writes.
      chosen_.erase(chosen);
      taken_.insert(directory);
    } else if (directory.starts_with("ended/") && survey_.accounts.contains(directory)) {
      tell(directory, ImportFate::kSkipped, "it had ended at the archive's instant");
    }
    return account_ != nullptr;
  }

  static EntryState state_of(const FoundMember& member) {
    EntryState state;
    state.kind = EntryKind::kFile;
    state.size = member.directory ? 0 : member.size;
    state.mtime_ns = member.mtime_ns;
    state.mode = member.mode;
    state.uid = member.uid;
    state.gid = member.gid;
    return state;
  }

  void take_file(TarReader& tar, const FoundMember& member, const std::string& path) {
    const auto listed = survey_.list ? survey_.list->digest_of(member.path) : std::nullopt;
    if (survey_.list && !survey_.list->take(member.path)) {
      return account_->fail(path, Errc::kDamage,
                            listed ? "stands twice in the archive" : "is not in the archive's list");
    }
    if (member.size > order_.largest_file) return account_->fail(path, Errc::kFailed, "larger than a file may be");
    AccountImport::File file{state_of(member), nullptr};
    auto content = std::make_unique<HeldContent>(tar, member.size, order_.spool_directory, target_.recorder == nullptr);
    file.state.digest = content->digest();
    counter_.read(member.size);
    if (content->size() != member.size) return account_->fail(path, Errc::kDamage, "is not as long as it should be");
    if (survey_.list && file.state.digest != listed) {
      return account_->fail(path, Errc::kDamage, "its bytes were altered: they are not those of the archive's list");
    }
    const auto slash = path.rfind('/');
    if (slash != std::string::npos && AccountImport::holds_messages(std::string_view(path).substr(0, slash))) {
      file.state.kind = EntryKind::kMessage;
      file.add_words = [held = content.get()](EntryState& state) { add_words(*held, state); };
    }
    file.content = std::move(content);
    account_->file(path, std::move(file));
  }

  void tell_rest() {
    for (const auto& [directory, why] : survey_.faulty) {
      if (directory.starts_with("accounts/") && is_wanted(order_, survey_.name_of(directory))) {
        counter_.tell({{}, directory, ImportFate::kFailed, survey_.list ? Errc::kDamage : Errc::kFailed, why});
      }
    }
    if (!survey_.list) return tell(path_, ImportFate::kFailed, survey_.cut + "; what stood before is imported");
    survey_.list->each_left([&](const std::string& path) {
      const auto place = place_of_member(path);
      if (!place || place->part != MemberPlace::Part::kTree || !taken_.contains(place->directory)) return;
      counter_.tell({{}, path, ImportFate::kFailed, Errc::kDamage, "is in the archive's list, and not in the archive"});
    });
  }

  void tell(const std::string& path, ImportFate fate, std::string why) {
    counter_.tell({{}, path, fate, Errc::kFailed, std::move(why)});
  }

  const ImportTarget& target_;
  const std::string& path_;
  const ImportOrder& order_;
  ImportCounter counter_;
  ArchiveSurvey survey_;
  std::map<std::string, ImportAccount> chosen_;  ///< by directory
  std::set<std::string> taken_;
  ImportWriter* writer_ = nullptr;
  std::string directory_;
  std::unique_ptr<AccountImport> account_;  ///< of directory_
};

}  // namespace

ImportTally import_archive(const ImportTarget& target, const std::string& path, const ImportOrder& order,
                           ImportProgress& progress) {
  return ArchiveImport(target, path, order, progress).run();
}

}  // namespace yestermail
