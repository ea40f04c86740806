// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/comparison.h"

#include <utility>

#include "store/version_batches.h"

namespace yestermail {
namespace {

std::vector<AccountAt> places_of(const std::optional<AccountAt>& other) {
  if (!other) return {};
  return {*other};
}

/// Gathers from one account, batch by batch.
class Comparison {
 public:
  Comparison(View& view, const AccountAt& shown, const std::optional<AccountAt>& other, Difference difference)
      : view_(view),
        shown_(shown),
        other_(other),
        difference_(difference),
        remains_(view, shown_.account, places_of(other)) {}

  [[nodiscard]] bool is_one_life() const { return other_ && other_->account.number == shown_.account.number; }

  void add(const std::vector<Version>& versions) {
    const auto contents = remains_.are_there(versions);
    for (std::size_t i = 0; i < versions.size(); ++i) {
      const auto& version = versions[i];
      if (version.state.kind == EntryKind::kMessage) {
        add_message(version, contents[i]);
      } else if (version.state.kind == EntryKind::kDirectory && difference_ == Difference::kMissing) {
        if (const auto line = remains_.missing_folder(version, shown_.at)) builder_.add_folder(*line);
      }
    }
  }

  [[nodiscard]] Gathering gathering() const { return builder_.build(); }

 private:
  void add_message(const Version& version, bool content_is_there) {
    const bool there =
        content_is_there || (is_one_life() && view_.item_at(shown_.account.number, version.item, other_->at));
    if (there != (difference_ == Difference::kAltered)) return;
    if (const auto& line = remains_.finder().of_message(version.state.parent, shown_.at)) {
      builder_.add_message(*line, version.id);
    }
  }

  View& view_;
  const AccountAt& shown_;
  const std::optional<AccountAt>& other_;
  const Difference difference_;
  Remains remains_;
  GatheringBuilder builder_;
};

}  // namespace

Gathering compare(View& view, const AccountAt& shown, const std::optional<AccountAt>& other, Difference difference) {
  Comparison comparison(view, shown, other, difference);
  const auto number = shown.account.number;
  const auto ids = comparison.is_one_life() ? view.differences(number, shown.at, other->at)
                                            : all_entries(view, shown.account, shown.at);
  in_batches(view, number, ids, [&](const auto& versions) { comparison.add(versions); });
  return comparison.gathering();
}

}  // namespace yestermail
