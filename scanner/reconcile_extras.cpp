// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/reconcile.h"

namespace yestermail {
namespace {

constexpr std::string_view kActiveScript = ".dovecot.sieve";
constexpr std::string_view kScripts = "sieve";

}  // namespace

void Reconciler::visit_extra_trees(ScannedDirectory& root) {
  const auto recorded = [&](std::string_view name) -> std::optional<Version> {
    if (fresh_) return std::nullopt;
    return view_.lookup(run_->number, root.item, name, kForever);
  };
  const auto& trees = run_->trees;
  if (trees[static_cast<std::size_t>(TreeKind::kHome)]) visit_home(root, recorded(kHomeName));
  if (trees[static_cast<std::size_t>(TreeKind::kControl)]) {
    Child control{std::string(kControlTree), recorded(kControlTree)};
    to_visit_.push_back(&add_directory(&root, TreeKind::kControl, "", control));
  }
}

void Reconciler::visit_home(ScannedDirectory& root, std::optional<Version> recorded) {
  const auto& tree = run_->tree(TreeKind::kHome);
  const auto scripts = tree.look(std::string(kScripts));
  const bool any = scripts || tree.look(std::string(kActiveScript));
  if (!any && !recorded) return;
  auto& home = add_directory(&root, TreeKind::kHome, "", {std::string(kHomeName), std::move(recorded)});
  home.seen = tree.root_stat();
  // What else goes on in a home directory is no news of the mailbox.
  if (home.recorded) home.seen.mtime_ns = home.recorded->state.mtime_ns;
  home.visited = true;
  record_directory(home);
  const auto known = entries_of(home);
  compare_home_script(home, known);

  const auto* version = find_named(known, kScripts);
  if (scripts && scripts->kind == FileStat::Kind::kDirectory) {
    Child child{std::string(kScripts), version != nullptr ? std::optional(*version) : std::nullopt};
    to_visit_.push_back(&add_directory(&home, TreeKind::kHome, std::string(kScripts), child));
  } else if (scripts) {
    refuse(home, kScripts, "not a directory");
  } else if (version != nullptr && !tree.look(std::string(kScripts))) {
    lost_.push_back({*version, TreeKind::kHome});
    lost_.back().matchable = false;
    lost_.back().confirmed = true;
  }
}

/// The active script is a link to one of the scripts, as a rule: what is recorded is the script.
void Reconciler::compare_home_script(ScannedDirectory& home, const std::vector<Version>& known) {
  const auto& tree = run_->tree(TreeKind::kHome);
  const auto* version = find_named(known, kActiveScript);
  const auto opened = tree.open_file_over_links(std::string(kActiveScript));
  const auto* denial = std::get_if<Denial>(&opened);
  if (denial == nullptr) {
    const auto& seen = std::get<Opened>(opened).stat;
    if (version != nullptr) return compare_file(home, *version, seen, true);
    arrive(home, nullptr, std::string(kActiveScript), EntryKind::kFile);
    readings_.back().over_links = true;
  } else if (denial->kind == Denial::Kind::kGone) {
    if (version != nullptr) run_->vanished.push_back(*version);
  } else {
    refuse(home, kActiveScript, denial->why);
  }
}

}  // namespace yestermail
