// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/eml_tree.h"

#include <utility>

namespace yestermail {
namespace {

constexpr std::string_view kSuffix = ".eml";
constexpr const char* kStaging = ".yestermail-unfinished";

std::string_view whole_name(std::string_view name) { return name; }

FileOwner private_owner(const HeldDirectory& root) {
  auto owner = root.owner();
  owner.mode = 0700;
  return owner;
}

/// A directory of .eml files.
class EmlStyle final : public FolderStyle {
 public:
  EmlStyle(HeldDirectory directory, HeldDirectory staging, const EmlTree::NameOf& name_of)
      : directory_(std::move(directory)), staging_(std::move(staging)), name_of_(name_of) {}

  [[nodiscard]] std::vector<const HeldDirectory*> directories() const override { return {&directory_}; }
  [[nodiscard]] const HeldDirectory& staging() const override { return staging_; }
  [[nodiscard]] FileOwner owner() const override { return private_owner(directory_); }
  [[nodiscard]] PresentFiles::BaseOf base_of() const override { return whole_name; }
  [[nodiscard]] std::string wanted_base(const Wanted& item) const override {
    return name_of_(item.version.item, item.version.state);
  }
  [[nodiscard]] std::string other_base(const Wanted& item, unsigned attempt) const override {
    auto name = wanted_base(item);
    name.resize(name.size() - kSuffix.size());
    return name + "." + std::to_string(attempt + 1) + std::string(kSuffix);
  }
  Spot spot(const Wanted& /*item*/, const std::string& base) override { return {&directory_, base, {}}; }

 private:
  HeldDirectory directory_;
  HeldDirectory staging_;
  const EmlTree::NameOf& name_of_;
};

}  // namespace

EmlTree::~EmlTree() {
  try {
    if (root_) root_->remove_empty_child(kStaging);
  } catch (const Error&) {  // An empty directory with a leading dot is in nobody's way.
  }
}

std::unique_ptr<FolderStyle> EmlTree::open_folder(const FolderPlace& place, bool dry_run) {
  if (!root_) return nullptr;
  const auto owner = private_owner(*root_);
  auto at = root_->child(".");
  for (auto rest = flat_ ? std::string() : place.path; at && !rest.empty();) {
    const auto level = rest.substr(0, rest.find('/'));
    rest.erase(0, level.size() + 1);
    auto next = at->child(level);
    at = next || dry_run ? std::move(next) : at->make_child(level, owner);
  }
  if (!at) return nullptr;
  // A dry run stages nothing.
  auto staging = dry_run ? root_->child(".") : std::optional(root_->make_child(kStaging, owner));
  return std::make_unique<EmlStyle>(std::move(*at), std::move(*staging), name_of_);
}

}  // namespace yestermail
