// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/account_walk.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "store/version_batches.h"

namespace yestermail {
namespace {

constexpr std::size_t kLongestWalked = 4000;  ///< longer ones no system takes; ends a damaged store's circles too

class AccountWalk {
 public:
  AccountWalk(View& view, AccountNumber account, Instant at, const WalkSteps& steps)
      : view_(view), account_(account), at_(at), steps_(steps) {}

  /// The directory and all below it. `beside`: takes directories of the root that are no part of the mail tree.
  void run(const std::string& path, ItemId item, std::vector<Version>* beside) {
    push(path, item);
    for (bool root = true; !open_.empty(); root = false) {
      const auto [directory, id] = std::move(open_.back());
      open_.pop_back();
      try {
        read(directory, id, root ? beside : nullptr);
      } catch (const Error& error) {
        if (error.code() != Errc::kDamage) throw;
        steps_.refused(directory, {error.code(), error.what()});
      }
    }
  }

 private:
  using Open = std::pair<std::string, ItemId>;

  void push(std::string path, ItemId item) { open_.emplace_back(std::move(path), item); }

  void read(const std::string& path, ItemId item, std::vector<Version>* beside) {
    const auto self = view_.item_at(account_, item, at_);
    if (!self || self->state.kind != EntryKind::kDirectory) return;
    steps_.entry(path, *self);
    std::vector<Open> below;
    in_batches(view_, account_, view_.list(account_, item, at_), [&](auto versions) {
      for (auto& version : versions) {
        if (beside != nullptr && version.state.name.starts_with('@') && is_beside(version.state.name)) {
          beside->push_back(std::move(version));
        } else {
          take(path, version, below);
        }
      }
    });
    std::move(below.rbegin(), below.rend(), std::back_inserter(open_));
  }

  void take(const std::string& path, const Version& version, std::vector<Open>& below) {
    const auto& state = version.state;
    auto whole = path + "/" + state.name;
    if (!is_file_name(state.name)) {
      return steps_.refused(whole, {Errc::kFailed, "no file can have this name: its item is in the store only"});
    }
    if (whole.size() > kLongestWalked) return steps_.refused(whole.substr(0, 80), {Errc::kFailed, "lies too deep"});
    if (state.kind == EntryKind::kDirectory) {
      below.emplace_back(std::move(whole), version.item);
    } else {
      steps_.entry(whole, version);
    }
  }

  static bool is_beside(std::string_view name) { return name == "@home" || name == "@control"; }

  View& view_;
  const AccountNumber account_;
  const Instant at_;
  const WalkSteps& steps_;
  std::vector<Open> open_;
};

}  // namespace

bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

void walk_account(View& view, const Account& account, Instant at, const std::string& directory,
                  const WalkSteps& steps) {
  AccountWalk walk(view, account.number, at, steps);
  std::vector<Version> beside;
  walk.run(directory + "/maildir", kRootItem, &beside);
  for (const auto& version : beside) walk.run(directory + "/" + version.state.name.substr(1), version.item, nullptr);
}

}  // namespace yestermail
