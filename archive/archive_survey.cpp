// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/archive_survey.h"

#include <algorithm>

#include "archive/member_place.h"
#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::uint64_t kLongestText = 64U << 20U;  ///< of export.json and account.json
constexpr std::size_t kSurveyedPiece = 1U << 20U;

class Surveyor {
 public:
  Surveyor(const std::string& path, const std::string& spool_directory)
      : path_(path), spool_directory_(spool_directory) {}

  ArchiveSurvey run() {
    try {
      tar_.emplace(path_);
      while (const auto member = tar_->next()) take(*member);
      if (!survey_.list) survey_.cut = "it ends before its list of files: it is not whole";
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage) throw;
      if (!begun_) refuse(error.what());
      survey_.list.reset();
      survey_.cut = error.what();
    }
    if (!known_) {
      if (begun_)
        throw Error(Errc::kDamage, printable(path_) + ": ends before it tells what is in it: get a whole copy");
      refuse("it is empty");
    }
    if (survey_.list) compare_texts();
    for (const auto& entry : survey_.record.accounts) {
      const auto found = survey_.accounts.find(entry.directory);
      if (found == survey_.accounts.end()) {
        survey_.faulty.try_emplace(entry.directory, "is not in the archive, which ends before it");
      } else if (found->second.account.uuid != entry.uuid || found->second.account.name != entry.name) {
        spoil(entry.directory, "its account.json is not that of the archive");
      }
    }
    return std::move(survey_);
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(Errc::kUsage, printable(path_) + ": is no archive of yestermail export (" + why +
                                  "); a Maildir is imported as maildir:PATH");
  }

  void take(const FoundMember& member) {
    const auto place = place_of_member(member.path);
    if (!begun_ && (!place || place->part != MemberPlace::Part::kText)) refuse("it begins with another file");
    begun_ = true;
    if (!place || !member.fault.empty() || member.directory) return;
    switch (place->part) {
      case MemberPlace::Part::kText: return take_text(place->path);
      case MemberPlace::Part::kRecord: return take_record(place->directory);
      case MemberPlace::Part::kTree:
        ++survey_.files;
        survey_.bytes += member.size;
        return;
      default: return;
    }
  }

  void take_text(const std::string& name) {
    if (name == "export.json" && !known_) {
      const auto text = text_of(name);
      if (text) survey_.record = read_export_record(as_text(*text), path_);
      known_ = text.has_value();
    }
    if (name != "manifest.jsonl" || survey_.list) return;
    survey_.list = std::make_unique<ManifestIndex>(spool_directory_);
    Bytes piece(kSurveyedPiece);
    bool sound = true;
    while (const auto got = tar_->read(piece)) sound = sound && survey_.list->add(ByteView(piece).first(got));
    if (sound && survey_.list->close()) return;
    throw Error(Errc::kDamage, printable(path_) + ": its list of files cannot be understood: it was altered");
  }

  void take_record(const std::string& directory) {
    const auto text = text_of(directory + "/account.json");
    auto record = text ? read_account_record(as_text(*text)) : std::nullopt;
    if (!record) return spoil(directory, "its account.json cannot be understood");
    survey_.accounts.try_emplace(directory, std::move(*record));
  }

  std::optional<Bytes> text_of(const std::string& path) {
    auto text = read_member(*tar_, kLongestText);
    if (text) digests_[path] = Digest::of(*text);
    return text;
  }

  void compare_texts() {
    for (const auto& [path, digest] : digests_) {
      if (survey_.list->digest_of(path) == digest) continue;
      if (path == "export.json") {
        throw Error(Errc::kDamage, printable(path_) + ": its export.json was altered: get a sound copy");
      }
      spoil(path.substr(0, path.rfind('/')), "its account.json was altered");
    }
  }

  void spoil(const std::string& directory, const std::string& why) {
    survey_.accounts.erase(directory);
    survey_.faulty.try_emplace(directory, why);
  }

  const std::string& path_;
  const std::string& spool_directory_;
  std::optional<TarReader> tar_;
  ArchiveSurvey survey_;
  std::map<std::string, Digest> digests_;
  bool begun_ = false;
  bool known_ = false;
};

}  // namespace

std::string ArchiveSurvey::name_of(const std::string& directory) const {
  const auto& all = record.accounts;
  const auto found = std::ranges::find(all, directory, &ExportRecord::Entry::directory);
  return found == all.end() ? directory.substr(directory.find('/') + 1) : found->name;
}

std::optional<Bytes> read_member(TarReader& tar, std::uint64_t most) {
  Bytes whole;
  Bytes piece(64U << 10U);
  while (const auto got = tar.read(piece)) {
    if (whole.size() + got > most) return std::nullopt;
    append(whole, ByteView(piece).first(got));
  }
  return whole;
}

ArchiveSurvey survey_archive(const std::string& path, const std::string& spool_directory) {
  return Surveyor(path, spool_directory).run();
}

}  // namespace yestermail
