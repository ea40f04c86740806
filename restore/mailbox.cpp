// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/mailbox.h"

#include <utility>

#include "base/maildir_name.h"
#include "restore/live_keywords.h"
#include "restore/subscription_list.h"

namespace yestermail {
namespace {

/// ",S=2000,W=2040" of a base name: what a mail server knows of the size by it.
std::string sizes_of(const std::string& base) {
  constexpr std::size_t kLongest = 64;
  const auto comma = base.find(",S=");
  if (comma == std::string::npos || base.size() - comma > kLongest) return {};
  return base.substr(comma);
}

/// A folder of a Maildir.
class MaildirStyle final : public FolderStyle {
 public:
  struct Directories {
    HeldDirectory top;
    HeldDirectory current;
    HeldDirectory fresh;
    HeldDirectory temporary;
    std::optional<HeldDirectory> control;
  };

  MaildirStyle(Directories directories, KeywordMap keywords)
      : at_(std::move(directories)), keywords_(at_.control ? *at_.control : at_.top, std::move(keywords)) {}

  [[nodiscard]] std::vector<const HeldDirectory*> directories() const override { return {&at_.current, &at_.fresh}; }
  [[nodiscard]] const HeldDirectory& staging() const override { return at_.temporary; }
  [[nodiscard]] FileOwner owner() const override { return at_.top.owner(); }
  [[nodiscard]] PresentFiles::BaseOf base_of() const override { return maildir_base; }
  [[nodiscard]] std::string wanted_base(const Wanted& item) const override {
    return std::string(maildir_base(item.version.state.name));
  }
  [[nodiscard]] std::string other_base(const Wanted& item, unsigned /*attempt*/) const override {
    return fresh_base_name() + sizes_of(wanted_base(item));
  }

  Spot spot(const Wanted& item, const std::string& base) override {
    const auto flags = read_flags(item.version.state.name, *item.keywords);
    std::string lost;
    auto letters = keywords_.letters_of(flags.keywords, lost);
    if (!lost.empty()) lost = "without the keywords " + lost + ": the folder has 26 others";
    // A letter without a meaning keeps it, unless it would get one here.
    for (const char letter : flags.unknown) {
      if (keywords_.is_free(letter)) letters += letter;
    }
    return {item.is_new ? &at_.fresh : &at_.current, base + flags_field(flags, letters), printable(lost)};
  }

 private:
  Directories at_;
  LiveKeywords keywords_;
};

/// The first directory of a path, which is taken off it.
std::string take_level(std::string& path) {
  auto level = path.substr(0, path.find('/'));
  path.erase(0, level.size() + 1);
  return level;
}

}  // namespace

Mailbox::Mailbox(std::optional<HeldDirectory> root, std::optional<HeldDirectory> control, std::string layout)
    : root_(std::move(root)), control_(std::move(control)), layout_(std::move(layout)) {}

std::unique_ptr<FolderStyle> Mailbox::open_folder(const FolderPlace& place, bool dry_run) {
  if (!root_) return nullptr;
  auto top = place.directory.empty() ? root_->child(".") : find(place.directory);
  // Made last: without it the folder is not there, or was not finished when a restore was killed.
  const bool whole = top && top->child("cur");
  if (!whole && dry_run) return nullptr;
  if (!whole && !place.directory.empty()) {
    subscribe(control_ ? *control_ : *root_, layout_, place.directory);
    top = make(place.directory);
  }
  const auto owner = top->owner();
  const auto part = [&](const char* name) {
    auto found = top->child(name);
    return found || dry_run ? std::move(found) : std::optional(top->make_child(name, owner));
  };
  auto temporary = part("tmp");
  auto fresh = part("new");
  auto current = part("cur");
  if (!temporary || !fresh || !current) return nullptr;
  return std::make_unique<MaildirStyle>(
      MaildirStyle::Directories{std::move(*top), std::move(*current), std::move(*fresh), std::move(*temporary),
                                control_of(place.directory, dry_run)},
      place.keywords);
}

std::optional<HeldDirectory> Mailbox::find(const std::string& directory) const {
  auto rest = directory;
  auto at = root_->child(take_level(rest));
  while (at && !rest.empty()) at = at->child(take_level(rest));
  return at;
}

HeldDirectory Mailbox::make(const std::string& directory) const {
  const auto owner = root_->owner();
  auto rest = directory;
  auto at = root_->make_child(take_level(rest), owner);
  while (!rest.empty()) at = at.make_child(take_level(rest), owner);
  constexpr const char* kMark = "maildirfolder";
  if (layout_ != "fs" && !at.read(kMark)) {
    at.give(at.create(kMark), owner, kMark);
    at.sync();
  }
  return at;
}

/// There the inbox is a folder like any other.
std::optional<HeldDirectory> Mailbox::control_of(const std::string& directory, bool dry_run) const {
  if (!control_) return std::nullopt;
  const auto owner = control_->owner();
  auto rest = !directory.empty() ? directory : layout_ == "fs" ? "INBOX" : ".INBOX";
  auto at = control_->child(".");
  while (at && !rest.empty()) {
    const auto level = take_level(rest);
    auto next = at->child(level);
    if (!next && dry_run) return at;
    at = next ? std::move(next) : at->make_child(level, owner);
  }
  return at;
}

}  // namespace yestermail
