// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/past.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/instant_text.h"
#include "fs/account_folders.h"
#include "fs/folder_names.h"
#include "fs/time_series.h"

namespace yestermail {
namespace {

constexpr std::size_t kHoursBudget = 1;  // The last one only.
constexpr std::size_t kNamedBudget = 1;
constexpr std::size_t kAccountsBudget = 2U << 20U;
constexpr std::size_t kFoldersBudget = 2U << 20U;
constexpr std::size_t kEntriesBudget = 8U << 20U;

/// How far behind the clock a commit that is being written may be stamped.
constexpr std::int64_t kCommitMicros = 120 * kMicrosPerSecond;

}  // namespace

Past::Past(View& view, const Clock& clock, NamedInstants named)
    : view_(view),
      clock_(clock),
      find_named_(std::move(named)),
      named_(kNamedBudget),
      hours_(kHoursBudget),
      accounts_(kAccountsBudget),
      folders_(kFoldersBudget),
      entries_(kEntriesBudget) {}

Moment Past::moment(Instant at) const {
  if (at != kForever && at.value < clock_.now().value - kCommitMicros) return {at, at, true};
  const auto last = view_.last_instant();
  if (at != kForever && at <= last) return {at, at, true};
  return {at, last, false};
}

std::shared_ptr<const std::vector<Instant>> Past::hours() {
  // A new hour begins with the first change in it: while the last change is in the same one, there are the same hours.
  constexpr std::int64_t kHour = 3600 * kMicrosPerSecond;
  return hours_.get(view_.last_instant().value / kHour, [&] {
    auto hours = std::make_shared<const std::vector<Instant>>(view_.active_hours());
    const auto bytes = hours->size() * sizeof(Instant);
    return LruCache<std::int64_t, const std::vector<Instant>>::Loaded{std::move(hours), bytes};
  });
}

bool Past::is_before_history(Instant at) {
  const auto all = hours();
  return all->empty() || at < all->front();
}

std::vector<Instant> Past::series() { return time_series(*hours(), clock_.now()); }

std::shared_ptr<const std::vector<NamedInstant>> Past::named() {
  const auto changed = find_named_ ? view_.last_change(kServerAccount, kForever) : Instant{};
  return named_.get(changed, [&] {
    auto all = find_named_ ? find_named_() : std::vector<NamedInstant>();
    std::ranges::sort(all, {}, &NamedInstant::number);
    const auto bytes = (all.size() + 1) * sizeof(NamedInstant);
    return LruCache<Instant, const std::vector<NamedInstant>>::Loaded{
        std::make_shared<const std::vector<NamedInstant>>(std::move(all)), bytes};
  });
}

std::optional<Past::Meaning> Past::meaning(std::string_view name) {
  if (const auto at = parse_instant(name, now())) {
    return Meaning{*at, is_relative_instant(name) || !moment(*at).settled, false};
  }
  const auto all = named();
  const auto found = std::ranges::find(*all, name, &NamedInstant::name);
  if (found == all->end()) return std::nullopt;
  return Meaning{found->at, true, true};
}

std::shared_ptr<const std::vector<NamedAccount>> Past::accounts(const Moment& moment) {
  return accounts_.get(moment, [&] {
    auto accounts = view_.accounts(moment.at);
    std::vector<std::string> raw;
    for (const auto& account : accounts) raw.push_back(account.name);
    auto names = readable_account_names(raw);
    auto named = std::make_shared<std::vector<NamedAccount>>();
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < accounts.size(); ++i) {
      bytes += sizeof(NamedAccount) + 2 * names[i].size() + accounts[i].source.size() + 32;
      named->push_back({std::move(names[i]), std::move(accounts[i])});
    }
    std::sort(named->begin(), named->end(),
              [](const auto& a, const auto& b) { return a.account.number < b.account.number; });
    return LruCache<Moment, const std::vector<NamedAccount>>::Loaded{std::move(named), bytes};
  });
}

std::optional<Account> Past::account(AccountNumber number, const Moment& moment) {
  auto found = view_.account(number);
  if (!found) return std::nullopt;
  const bool lasts = found->until == kForever;
  const bool existed = moment.at == kForever ? lasts : found->since <= moment.at && moment.at < found->until;
  return existed ? found : std::nullopt;
}

std::optional<NamedAccount> Past::account_named(std::string_view name, const Moment& moment) {
  // Nearly every account is shown under its own name, which no other one can have then.
  std::string plain(name);
  if (readable_account_names({plain}).front() == plain) {
    auto found = view_.account_named(name, moment.at);
    if (found) return NamedAccount{std::move(plain), std::move(*found)};
  }
  const auto all = accounts(moment);
  const auto found = std::find_if(all->begin(), all->end(), [&](const auto& row) { return row.name == name; });
  if (found == all->end()) return std::nullopt;
  return *found;
}

std::shared_ptr<const FolderTree> Past::folders(const Account& account, const Moment& moment) {
  return folders_.get({account.number, moment}, [&] {
    const auto found = account_folders_at(view_, account, moment.at);
    auto tree = std::make_shared<const FolderTree>(found.paths, found.has_inbox);
    const auto bytes = tree->bytes();
    return LruCache<AccountMoment, const FolderTree>::Loaded{std::move(tree), bytes};
  });
}

std::shared_ptr<const IdList> Past::entries(AccountNumber account, ItemId directory, const Moment& moment) {
  return entries_.get({account, directory, moment}, [&] {
    const std::lock_guard lock(listing_);
    auto ids = std::make_shared<const IdList>(view_.list(account, directory, moment.at));
    const auto bytes = ids->bytes();
    return LruCache<DirectoryMoment, const IdList>::Loaded{std::move(ids), bytes};
  });
}

}  // namespace yestermail
