// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/store_history.h"

#include <algorithm>
#include <utility>

#include "archive/directory_paths.h"
#include "archive/stored_content.h"
#include "store/happening_stream.h"

namespace yestermail {
namespace {

class StoreStream final : public HistoryStream {
 public:
  StoreStream(View& view, AccountNumber account, Instant from, Instant until, std::size_t page)
      : happenings_(view, account, from, until, page), paths_(view, account) {}

  Instant next() override {
    const auto* happening = happenings_.peek();
    return happening == nullptr ? kForever : happening->at;
  }

  std::vector<HistoryStep> take() override {
    const auto now = next();
    std::vector<HistoryStep> steps;
    for (const auto* each = happenings_.peek(); each != nullptr && each->at == now; each = happenings_.peek()) {
      const auto& version = each->version;
      steps.push_back(
          {each->ended, version, each->ended ? std::string() : paths_.path_of(version.state.parent, version.since)});
      happenings_.pop();
    }
    return steps;
  }

 private:
  HappeningStream happenings_;
  DirectoryPaths paths_;
};

}  // namespace

StoreHistory::StoreHistory(const ImportOrigin& origin, std::vector<Account> accounts)
    : view_(origin.view),
      store_(origin.store),
      at_(std::min(origin.at, origin.view.last_instant())),
      accounts_(std::move(accounts)) {}

void StoreHistory::prepare(const std::vector<AccountNumber>& /*wanted*/, bool /*dry*/, ImportCounter& /*counter*/) {}

std::uint64_t StoreHistory::versions(AccountNumber account) { return view_.account_figures(account).versions; }

std::unique_ptr<HistoryStream> StoreHistory::stream(AccountNumber account, Instant from, std::size_t streams) {
  constexpr std::size_t kVersions = 8192;  // of all streams, in memory
  const auto page = std::clamp<std::size_t>(kVersions / streams, 8, 256);
  return std::make_unique<StoreStream>(view_, account, from, Instant{at_.value + 1}, page);
}

std::unique_ptr<BlobSource> StoreHistory::content(AccountNumber account, const Digest& digest) {
  return std::make_unique<StoredContent>(view_, account, digest);
}

std::vector<Gap> StoreHistory::gaps(AccountNumber account, Instant since, Instant until) {
  return view_.gaps(account, since, until);
}

}  // namespace yestermail
