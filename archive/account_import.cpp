// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/account_import.h"

#include <utility>

#include "base/maildir_name.h"
#include "store/version_batches.h"

namespace yestermail {
namespace {

std::string_view directory_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

AccountImport::AccountImport(View& view, ImportAccount account, const ErasedContents& is_erased, ImportWriter& writer,
                             ImportCounter& counter)
    : view_(view),
      account_(std::move(account)),
      is_erased_(is_erased),
      writer_(writer),
      counter_(counter),
      at_(view.last_instant()) {}

bool AccountImport::holds_messages(std::string_view directory) {
  if (directory.starts_with('@')) return false;
  return is_message_directory(name_of(directory));
}

void AccountImport::tell(const std::string& path, ImportFate fate, std::string why) {
  counter_.tell({account_.account.name, path, fate, Errc::kFailed, std::move(why)});
}

void AccountImport::fail(const std::string& path, Errc error, const std::string& why) {
  counter_.tell({account_.account.name, path, ImportFate::kFailed, error, why});
}

void AccountImport::begin() {
  if (std::exchange(begun_, true)) return;
  counter_.account_begun();
  if (!account_.there && !writer_.dry()) account_.account.number = writer_.recorder()->add_account(account_.account);
}

const AccountImport::Directory* AccountImport::parent_of(const std::string& path, EntryState& state) {
  const auto found = directories_.find(std::string(directory_of(path)));
  if (found == directories_.end()) return nullptr;
  state.parent = found->second.item;
  state.name = name_of(path);
  return &found->second;
}

std::optional<Version> AccountImport::recorded(const Directory& parent, const std::string& name) {
  if (!parent.known) return std::nullopt;
  return view_.lookup(account_.account.number, parent.item, name, at_);
}

void AccountImport::directory(const std::string& path, EntryState state) {
  begin();
  if (directories_.size() >= kMostDirectories) return fail(path, Errc::kFailed, "more directories than a mailbox has");
  std::optional<Version> before;
  if (path.empty()) {
    if (account_.there) before = view_.item_at(account_.account.number, kRootItem, at_);
  } else {
    const auto* parent = parent_of(path, state);
    if (parent == nullptr) return fail(path, Errc::kFailed, "the directory that it stood in is not there");
    before = recorded(*parent, state.name);
  }
  const bool known = before && before->state.kind == EntryKind::kDirectory;
  Directory directory{known ? before->item : kRootItem, known};
  if (!known && !path.empty()) {
    directory.item = writer_.dry() ? ItemId{next_made_up_++} : writer_.recorder()->new_item(account_.account.number);
  }
  directories_[path] = directory;
  if (known && same_body(before->state, state)) return;
  writer_.put_directory(account_.account.number,
                        {directory.item, known ? Cause::kTouched : Cause::kArrived, std::move(state), {}});
}

void AccountImport::file(const std::string& path, File file) {
  auto& state = file.state;
  const auto* parent = parent_of(path, state);
  if (parent == nullptr) return fail(path, Errc::kFailed, "the directory that it stood in is not there");
  if (is_erased_ && state.digest && is_erased_(account_.account.name, account_.origin_name, *state.digest)) {
    return tell(path, ImportFate::kSkipped, "erased");
  }
  auto before = recorded(*parent, state.name);
  if (before && (before->state.kind == EntryKind::kDirectory || was_met(before->id))) before.reset();
  auto cause = Cause::kTouched;
  if (!before && parent->known && state.kind == EntryKind::kMessage) {
    before = under_other_name(std::string(directory_of(directory_of(path))), state);
    cause = Cause::kRenamed;
  }
  if (before) note_met(before->id);
  if (!before) {
    const auto item = writer_.dry() ? ItemId{next_made_up_++} : writer_.recorder()->new_item(account_.account.number);
    return put(path, file, {item, Cause::kArrived, state, {}}, false);
  }
  const bool same = same_body(before->state, state);
  if (same && cause == Cause::kTouched) return tell(path, ImportFate::kPresent);
  const bool same_content = before->state.digest == state.digest;
  if (same_content) {
    state.sender = before->state.sender;
    state.subject = before->state.subject;
  }
  put(path, file, {before->item, same_content ? cause : Cause::kChanged, state, same ? before->body : VersionId{}},
      same_content);
}

void AccountImport::put(const std::string& path, File& file, Put put, bool same_content) {
  if (!same_content && file.add_words) file.add_words(put.state);
  if (same_content || !put.state.digest) file.content.reset();
  writer_.put({account_.account.number, std::move(put), std::move(file.content), account_.account.name, path});
}

/// A message of the folder with the same bytes and the same name up to the flags, for which nothing came yet.
std::optional<Version> AccountImport::under_other_name(const std::string& folder, const EntryState& state) {
  index_folder(folder);
  const auto [first, last] = index_.equal_range(std::string(maildir_base(state.name)));
  for (auto at = first; at != last; ++at) {
    if (was_met(at->second)) continue;
    auto version = view_.version(account_.account.number, at->second);
    if (version && version->state.digest == state.digest) return version;
  }
  return std::nullopt;
}

void AccountImport::index_folder(const std::string& folder) {
  if (!index_.empty() && folder == indexed_folder_) return;
  indexed_folder_ = folder;
  index_.clear();
  const auto number = account_.account.number;
  for (const char* side : {"cur", "new"}) {
    const auto found = directories_.find(folder);
    if (found == directories_.end()) continue;
    const auto directory = view_.lookup(number, found->second.item, side, at_);
    if (!directory) continue;
    in_batches(view_, number, view_.list(number, directory->item, at_), [&](const auto& versions) {
      for (const auto& version : versions) {
        if (version.state.kind == EntryKind::kMessage) index_.emplace(maildir_base(version.state.name), version.id);
      }
    });
  }
}

void AccountImport::note_met(VersionId version) {
  const auto at = static_cast<std::size_t>(version.value);
  if (met_.size() <= at) met_.resize(at + at / 2 + 64);
  met_[at] = true;
}

bool AccountImport::was_met(VersionId version) const {
  return version.value < met_.size() && met_[static_cast<std::size_t>(version.value)];
}

}  // namespace yestermail
