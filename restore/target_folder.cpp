// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/target_folder.h"

#include <utility>

namespace yestermail {
namespace {

// What waits for one sync, and is written again after a crash.
constexpr std::size_t kBatchItems = 256;
constexpr std::uint64_t kBatchBytes = 64U << 20U;

}  // namespace

TargetFolder::TargetFolder(const Setting& setting, std::unique_ptr<FolderStyle> style)
    : setting_(setting), style_(std::move(style)), present_(style_->base_of()) {
  for (const auto* directory : style_->directories()) present_.add(*directory);
  if (!setting_.dry_run) staged_.emplace(style_->staging(), style_->owner());
}

bool TargetFolder::look(const Wanted& item) {
  const auto& state = item.version.state;
  auto name = present_.claim_named(style_->wanted_base(item), *state.digest, state.size);
  if (name.empty()) return false;
  report_present(item, std::move(name));
  return true;
}

void TargetFolder::add(const Wanted& item) {
  const auto& state = item.version.state;
  try {
    if (auto name = present_.claim_any(*state.digest, state.size); !name.empty()) {
      return report_present(item, std::move(name));
    }
    if (setting_.dry_run) return setting_.report({Outcome::kRestored, item, style_->wanted_base(item), {}, {}});
    stage(item);
  } catch (const Error& error) {
    report_failed(item, error);
    if (error.code() == Errc::kReadOnly) throw;
    if (error.code() == Errc::kNoSpace) {
      throw Error(Errc::kNoSpace,
                  std::string(error.what()) + ": make room and give the command again; what was told is there");
    }
  }
  if (batch_.size() >= kBatchItems || batch_bytes_ >= kBatchBytes) publish_batch();
}

void TargetFolder::finish() {
  if (!batch_.empty()) publish_batch();
}

void TargetFolder::report_present(const Wanted& item, std::string name) {
  setting_.report({Outcome::kAlreadyThere, item, std::move(name), {}, {}});
}

void TargetFolder::report_failed(const Wanted& item, const Error& error) {
  setting_.report({Outcome::kFailed, item, {}, error.what(), error.code()});
}

void TargetFolder::stage(const Wanted& item) {
  const auto blob = setting_.view.open_blob(setting_.account, *item.version.state.digest);
  staged_->write(*blob, item.version.state.mtime_ns);
  batch_.push_back(item);
  batch_bytes_ += item.version.state.size;
}

/// The bytes are durable before a name shows them; the names are before anybody is told.
void TargetFolder::publish_batch() {
  staged_->sync();
  std::vector<ItemReport> done;
  for (const auto& item : std::exchange(batch_, {})) {
    const auto waiting = staged_->count();
    try {
      auto spot = publish_first(item);
      done.push_back({Outcome::kRestored, item, std::move(spot.name), std::move(spot.lost), {}});
    } catch (const Error& error) {
      report_failed(item, error);
      if (staged_->count() == waiting) staged_->drop_first();
    }
  }
  batch_bytes_ = 0;
  for (const auto* directory : style_->directories()) directory->sync();
  for (const auto& report : done) setting_.report(report);
}

FolderStyle::Spot TargetFolder::publish_first(const Wanted& item) {
  auto base = style_->wanted_base(item);
  for (unsigned attempt = 1;; ++attempt) {
    if (!present_.has(base)) {
      auto spot = style_->spot(item, base);
      present_.take(base);
      if (staged_->publish_first(*spot.directory, spot.name)) return spot;
    }
    base = style_->other_base(item, attempt);
  }
}

}  // namespace yestermail
