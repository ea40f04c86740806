// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/past_contents.h"

#include "archive/directory_paths.h"
#include "store/happening_stream.h"

namespace yestermail {
namespace {

constexpr std::size_t kContentsAtOnce = 256;

}  // namespace

void PastContents::gather(const Take& take) {
  DirectoryPaths paths(view_, account_);
  HappeningStream happenings(view_, account_, Instant{0}, Instant{at_.value + 1});
  while (const auto* happening = happenings.peek()) {
    const auto& version = happening->version;
    if (!happening->ended) {
      take(version, paths.path_of(version.state.parent, version.since));
      // What lasts is among the account's files.
      if (version.state.digest && version.state.size > 0 && version.until <= at_) {
        candidates_.push_back({*version.state.digest, version.state.size});
        if (candidates_.size() == kContentsAtOnce) look_up();
      }
    }
    happenings.pop();
  }
  look_up();
  known_.clear();
}

/// Keeps those of the candidates that nothing has at the instant.
void PastContents::look_up() {
  std::vector<Content> fresh;
  std::vector<Digest> asked;
  for (const auto& each : candidates_) {
    if (known_.contains(each.digest)) continue;
    known_.insert(each.digest);
    fresh.push_back(each);
    asked.push_back(each.digest);
  }
  candidates_.clear();
  const auto there = view_.have_contents(account_, asked, at_);
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    if (!there[i]) {
      contents_.push_back(fresh[i]);
    }
  }
}

}  // namespace yestermail
