// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/import_history.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <queue>
#include <utility>

#include "archive/history_life.h"
#include "archive/import_choice.h"
#include "archive/import_writer.h"
#include "base/instant_text.h"

namespace yestermail {
namespace {

class HistoryImport {
 public:
  HistoryImport(const ImportTarget& target, HistorySource& source, HistoryClock& clock, const ImportOrder& order,
                ImportProgress& progress)
      : target_(target),
        source_(source),
        at_(source.at()),
        done_until_(target.view.last_instant()),
        clock_(clock),
        order_(order),
        counter_(progress) {}

  ImportTally run(std::vector<Account> here) {
    lives_ = choose_lives(source_, std::move(here), done_until_, order_);
    std::vector<AccountNumber> wanted;
    for (const auto& life : lives_) wanted.push_back(life.from.number);
    source_.prepare(wanted, target_.recorder == nullptr, counter_);
    const auto recorded = recorded_until(target_.view, lives_);
    std::uint64_t versions = 0;
    for (auto& life : lives_) {
      life.stream = source_.stream(life.from.number, Instant{recorded.value + 1}, lives_.size());
      pass_over(life);
      versions += source_.versions(life.from.number);
      counter_.account_begun();
    }
    counter_.progress().expect(versions, 0);
    if (target_.recorder != nullptr) session_ = target_.recorder->begin_bulk();
    replay();
    bring_gaps();
    return counter_.tally();
  }

 private:
  using Life = HistoryLife;
  using Due = std::pair<Instant, std::size_t>;

  /// Where the store has a change that is not of the history, what the history has of before cannot be recorded any
  /// more.
  void pass_over(Life& life) {
    if (!life.begun) return;
    if (!life.ended && life.from.until <= done_until_) refuse_late(life, life.from.until);
    while (life.stream->next() <= done_until_) {
      const auto at = life.stream->next();
      for (const auto& step : life.stream->take()) {
        if (is_missed(life, step)) refuse_late(life, at);
      }
    }
  }

  /// An earlier import would have recorded it, had it been there.
  bool is_missed(const Life& life, const HistoryStep& step) {
    const auto& state = step.version.state;
    if (step.ended) return target_.view.item_at(life.here.number, step.version.item, kForever).has_value();
    if (is_unwanted(life, state)) return false;
    if (!state.digest) return true;
    try {
      Bytes some(1);
      source_.content(life.from.number, *state.digest)->read(some);
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage) throw;
      return false;
    }
    return true;
  }

  [[noreturn]] void refuse_late(const Life& life, Instant at) const {
    refuse_history("the store has changes of " + instant_text(done_until_) + " which are not of this history, and " +
                   printable(life.from.name) + " has of " + instant_text(at));
  }

  [[nodiscard]] bool is_erased(const Life& life, const EntryState& state) const {
    return state.digest && order_.is_erased && order_.is_erased(life.here.name, life.from.name, *state.digest);
  }
  [[nodiscard]] bool is_unwanted(const Life& life, const EntryState& state) const {
    return is_erased(life, state) || state.size > order_.largest_file;
  }

  void replay() {
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
    const auto expect = [&](std::size_t life) {
      if (const auto next = lives_[life].next(at_)) due.emplace(*next, life);
    };
    for (std::size_t i = 0; i < lives_.size(); ++i) expect(i);
    while (!due.empty()) {
      const auto now = due.top().first;
      std::vector<std::size_t> concerned;
      for (; !due.empty() && due.top().first == now; due.pop()) concerned.push_back(due.top().second);
      clock_.set(now);
      for (const auto i : concerned) happen(lives_[i], now);
      commit(now);
      for (const auto i : concerned) expect(i);
      if (changes_ >= kPackAfter && !due.empty()) pack(now, due.top().first);
    }
  }

  /// What is packed is recorded as such, behind `now`: where the history leaves room for that.
  void pack(Instant now, Instant next) {
    if (next.value - now.value < kMicrosPerSecond) return;
    target_.recorder->pack_now();
    changes_ = 0;
  }

  /// Of what happens at one instant the end of an account stands alone, and so does its beginning, but for the end of
  /// one of the same name.
  void happen(Life& life, Instant now) {
    if (!life.begun) return begin(life);
    if (!life.ended && life.from.until == now) {
      life.ended = true;
      const bool replaced = std::ranges::any_of(
          lives_, [&](const Life& other) { return other.here.name == life.here.name && other.from.since == now; });
      if (!replaced && target_.recorder != nullptr) target_.recorder->end_account(life.here.number);
    }
    if (life.stream->next() != now) return;
    auto steps = life.stream->take();
    // In the order in which they were recorded there; what goes before what comes under its name.
    std::ranges::stable_sort(steps, {},
                             [](const HistoryStep& each) { return std::pair(!each.ended, each.version.id); });
    for (const auto& step : steps) step.ended ? end(life, step.version) : put(life, step);
  }

  void begin(Life& life) {
    life.begun = true;
    if (target_.recorder == nullptr) return;
    life.here.number = target_.recorder->add_account(life.here);
    const auto made = target_.view.account(life.here.number);
    if (!made || made->since != life.from.since) fail_clock(life.from.since);
  }

  void end(Life& life, const Version& version) {
    if (life.left_out.erase(version.item) == 0 && session_) add(life, Remove{version.item});
  }

  void put(Life& life, const HistoryStep& step) {
    const auto& version = step.version;
    const auto& state = version.state;
    const bool directory = state.kind == EntryKind::kDirectory;
    const ImportNote note{life.here.name,
                          step.folder.empty() ? state.name : step.folder + "/" + state.name,
                          ImportFate::kRecorded,
                          Errc::kFailed,
                          {}};
    if (is_erased(life, state)) return leave_out(life, version, note, ImportFate::kSkipped, "erased");
    if (state.size > order_.largest_file) {
      return leave_out(life, version, note, ImportFate::kFailed, "larger than a file may be");
    }
    if (!record(life, version, note)) return;
    life.left_out.erase(version.item);
    directory ? counter_.directory_recorded() : told_.push_back(note);
    if (!directory) counter_.read(state.size);
  }

  /// False: its content cannot be had. Of a dry run it asks the source alone.
  bool record(Life& life, const Version& version, const ImportNote& note) {
    const auto& state = version.state;
    const auto before = session_ && version.cause != Cause::kArrived
                            ? target_.view.item_at(life.here.number, version.item, kForever)
                            : std::nullopt;
    const bool known = before && before->state.digest == state.digest && before->state.size == state.size;
    if (state.digest && !known) {
      try {
        const auto content = source_.content(life.from.number, *state.digest);
        if (session_ && !is_stored(*content, life.here.number, state)) {
          leave_out(life, version, note, ImportFate::kFailed, "its bytes are not those of its digest");
          return false;
        }
      } catch (const Error& error) {
        if (error.code() != Errc::kDamage) throw;
        leave_out(life, version, note, ImportFate::kFailed, error.what());
        return false;
      }
    }
    if (!session_) return true;
    const bool same = before && same_body(before->state, state);
    add(life, Put{version.item, version.cause, state, same ? before->body : VersionId{}});
    return true;
  }

  bool is_stored(BlobSource& content, AccountNumber account, const EntryState& state) {
    const auto stored = session_->store(account, content);
    return stored.digest == state.digest && stored.size == state.size;
  }

  /// The version before it lasts no longer either.
  void leave_out(Life& life, const Version& version, ImportNote note, ImportFate fate, const std::string& why) {
    if (session_ && life.left_out.insert(version.item).second && version.cause != Cause::kArrived) {
      add(life, Remove{version.item});
    }
    note.fate = fate;
    note.error = Errc::kDamage;
    note.why = why;
    told_.push_back(std::move(note));
  }

  void add(const Life& life, Change change) {
    session_->add(life.here.number, std::move(change));
    added_ = true;
    ++changes_;
  }

  void commit(Instant now) {
    if (session_) {
      const auto at = session_->commit();
      if (std::exchange(added_, false) && at != now) fail_clock(now);
    }
    for (const auto& note : told_) counter_.tell(note);
    told_.clear();
  }

  [[noreturn]] static void fail_clock(Instant at) {
    throw Error(Errc::kFailed, "the store cannot record at " + instant_text(at) +
                                   ", because it has something of then: "
                                   "import into a new store");
  }

  void bring_gaps() {
    if (target_.recorder == nullptr) return;
    const auto bring = [&](AccountNumber from, AccountNumber here, Instant since, Instant until) {
      const auto known = target_.view.gaps(here, Instant{0}, kForever);
      for (const auto& gap : source_.gaps(from, since, until)) {
        if (std::ranges::find(known, gap) == known.end()) target_.recorder->record_gap(here, gap);
      }
    };
    auto first = kForever;
    for (const auto& life : lives_) {
      first = std::min(first, life.from.since);
      bring(life.from.number, life.here.number, life.from.since, Instant{at_.value + 1});
    }
    bring(kServerAccount, kServerAccount, first, Instant{at_.value + 1});
  }

  static constexpr std::uint64_t kPackAfter = 20'000;  ///< changes: bounds the journal

  const ImportTarget& target_;
  HistorySource& source_;
  const Instant at_;
  const Instant done_until_;
  HistoryClock& clock_;
  const ImportOrder& order_;
  ImportCounter counter_;
  std::vector<Life> lives_;
  std::unique_ptr<BulkSession> session_;
  bool added_ = false;            ///< since the last commit
  std::uint64_t changes_ = 0;     ///< since it was packed
  std::vector<ImportNote> told_;  ///< when it is durable
};

}  // namespace

Instant before_history(const HistorySource& source, const ImportOrder& order) {
  auto first = kForever;
  for (const auto& account : source.accounts()) {
    if (is_wanted(order, account.name)) first = std::min(first, account.since);
  }
  if (first == kForever) throw Error(Errc::kNotFound, "no account of these ever was in it: nothing to import");
  return Instant{first.value - kMicrosPerSecond};
}

ImportTally import_history(const ImportTarget& target, HistorySource& source, std::vector<Account> here,
                           HistoryClock& clock, const ImportOrder& order, ImportProgress& progress) {
  return HistoryImport(target, source, clock, order, progress).run(std::move(here));
}

}  // namespace yestermail
