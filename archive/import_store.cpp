// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>

#include "archive/account_import.h"
#include "archive/account_walk.h"
#include "archive/import.h"
#include "archive/import_choice.h"
#include "archive/import_writer.h"
#include "archive/member_place.h"
#include "archive/stored_content.h"
#include "store/origin.h"

namespace yestermail {
namespace {

/// Another store, while its accounts are taken in.
class StoreImport {
 public:
  StoreImport(const ImportTarget& target, const ImportOrigin& origin, const ImportOrder& order,
              ImportProgress& progress)
      : target_(target),
        view_(origin.view),
        at_(std::min(origin.at, origin.view.last_instant())),
        order_(order),
        counter_(progress),
        writer_(target.recorder, order.threads, counter_) {
    for (auto& account : view_.accounts(at_)) {
      candidates_.push_back(account);
      candidates_.back().source = imported_source(origin.store, account.uuid);
      by_name_.emplace(account.name, std::move(account));
    }
  }

  ImportTally run() {
    auto chosen = choose_accounts(target_.view, candidates_, order_);
    std::uint64_t files = 0;
    for (const auto& each : chosen) files += view_.account_figures(by_name_.at(each.origin_name).number).items;
    counter_.progress().expect(files, 0);
    for (auto& each : chosen) {
      const auto from = by_name_.at(each.origin_name);
      take_account(from, std::move(each));
    }
    writer_.finish();
    return counter_.tally();
  }

 private:
  void take_account(const Account& from, ImportAccount account) {
    AccountImport into(target_.view, std::move(account), order_.is_erased, writer_, counter_);
    const WalkSteps steps{
        [&](const std::string& path, const Version& version) { take(from, into, path, version.state); },
        [&](const std::string& path, const Refusal& why) { into.fail(path_in_account(path), why.code, why.text); }};
    try {
      walk_account(view_, from, at_, kDirectory, steps);
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage) throw;
      into.fail({}, error.code(), error.what());
    }
  }

  void take(const Account& from, AccountImport& into, const std::string& path, const EntryState& state) {
    const auto below = path_in_account(path);
    if (state.kind == EntryKind::kDirectory) return into.directory(below, state);
    counter_.read(state.size);
    if (state.size > order_.largest_file) return into.fail(below, Errc::kFailed, "larger than a file may be");
    AccountImport::File file{state, nullptr};
    if (state.digest) file.content = std::make_unique<StoredContent>(view_, from.number, *state.digest);
    into.file(below, std::move(file));
  }

  static constexpr const char* kDirectory = "accounts/x";  ///< what the walk puts before each path

  const ImportTarget& target_;
  View& view_;
  const Instant at_;
  const ImportOrder& order_;
  ImportCounter counter_;
  ImportWriter writer_;
  std::vector<Account> candidates_;
  std::map<std::string, Account> by_name_;
};

}  // namespace

ImportTally import_store(const ImportTarget& target, const ImportOrigin& origin, const ImportOrder& order,
                         ImportProgress& progress) {
  return StoreImport(target, origin, order, progress).run();
}

void refuse_itself(const Uuid& origin, const Uuid& target) {
  if (origin != target) return;
  throw Error(Errc::kUsage,
              "the store to import from is this store itself, or a copy of it: to have an account of it once more, "
              "export it and import the archive with --map OLD=NEW");
}

}  // namespace yestermail
