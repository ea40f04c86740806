// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/import_history.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <utility>

#include "archive/directory_paths.h"
#include "archive/import_choice.h"
#include "archive/import_writer.h"
#include "archive/stored_content.h"
#include "base/instant_text.h"
#include "store/happening_stream.h"
#include "store/origin.h"

namespace yestermail {
namespace {

/// An incarnation of an account, there and here.
struct Life {
  Account from;
  Account here;
  bool begun = false;
  bool ended = false;
  std::unique_ptr<HappeningStream> happenings = nullptr;  ///< what is still to be recorded
  std::unique_ptr<DirectoryPaths> paths = nullptr;
  std::set<ItemId> left_out = {};  ///< items whose last version was not recorded

  /// When the next thing happens to it, until `at`.
  [[nodiscard]] std::optional<Instant> next(Instant at) {
    auto next = begun ? kForever : from.since;
    if (begun && !ended) next = from.until;
    if (const auto* happening = begun ? happenings->peek() : nullptr) next = std::min(next, happening->at);
    return next <= at ? std::optional(next) : std::nullopt;
  }
};

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Errc::kUsage, "--history: " + why +
                                ": a history is imported into a store that has nothing else, or only what an earlier "
                                "--history brought from there: make a new store");
}

class HistoryImport {
 public:
  HistoryImport(const ImportTarget& target, const ImportOrigin& origin, HistoryClock& clock, const ImportOrder& order,
                ImportProgress& progress)
      : target_(target),
        view_(origin.view),
        store_(origin.store),
        at_(std::min(origin.at, origin.view.last_instant())),
        done_until_(target.view.last_instant()),
        clock_(clock),
        order_(order),
        counter_(progress) {}

  ImportTally run(const ImportLives& lives) {
    choose(lives);
    const auto page = std::clamp<std::size_t>(8192 / lives_.size(), 8, 256);
    std::uint64_t versions = 0;
    for (auto& life : lives_) {
      const auto number = life.from.number;
      life.happenings = std::make_unique<HappeningStream>(view_, number, Instant{done_until_.value + 1},
                                                          Instant{at_.value + 1}, page);
      life.paths = std::make_unique<DirectoryPaths>(view_, number);
      versions += view_.account_figures(number).versions;
      counter_.account_begun();
    }
    counter_.progress().expect(versions, 0);
    if (target_.recorder != nullptr) session_ = target_.recorder->begin_bulk();
    replay();
    bring_gaps();
    return counter_.tally();
  }

 private:
  using Due = std::pair<Instant, std::size_t>;

  void choose(const ImportLives& lives) {
    auto others = lives.target;
    for (const auto& from : lives.origin) {
      if (from.since > at_ || !is_wanted(order_, from.name)) continue;
      Life life{from, {}};
      const auto mapped = order_.names.find(from.name);
      life.here.name = mapped == order_.names.end() ? from.name : mapped->second;
      check_account_name(life.here.name);
      life.here.source = imported_source(store_, from.uuid);
      life.here.layout = from.layout;
      const auto known = std::ranges::find_if(others, [&](const Account& each) {
        return each.source == life.here.source && each.since == from.since && each.name == life.here.name;
      });
      if (known != others.end()) {
        life.here = *known;
        life.begun = true;
        life.ended = known->until != kForever;
        others.erase(known);
      } else if (from.since <= done_until_) {
        refuse("the store has changes of " + instant_text(done_until_) + " already, and the history of " +
               printable(from.name) + " begins at " + instant_text(from.since));
      }
      lives_.push_back(std::move(life));
    }
    if (!others.empty())
      refuse("the store has the account " + printable(others.front().name) + ", which is none of these");
    if (lives_.empty()) throw Error(Errc::kNotFound, "no account of these was there then: nothing to import");
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
    }
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
    std::vector<View::Happening> happenings;
    for (const auto* next = life.happenings->peek(); next != nullptr && next->at == now;
         next = life.happenings->peek()) {
      happenings.push_back(*next);
      life.happenings->pop();
    }
    // In the order in which they were recorded there; what goes before what comes under its name.
    std::ranges::stable_sort(happenings, {},
                             [](const View::Happening& each) { return std::pair(!each.ended, each.version.id); });
    for (const auto& happening : happenings)
      happening.ended ? end(life, happening.version) : put(life, happening.version);
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

  void put(Life& life, const Version& version) {
    const auto& state = version.state;
    const bool directory = state.kind == EntryKind::kDirectory;
    const auto above =
        directory && version.item == kRootItem ? std::string() : life.paths->path_of(state.parent, version.since);
    const ImportNote note{life.here.name,
                          above.empty() ? state.name : above + "/" + state.name,
                          ImportFate::kRecorded,
                          Errc::kFailed,
                          {}};
    if (state.digest && order_.is_erased && order_.is_erased(life.here.name, life.from.name, *state.digest)) {
      return leave_out(life, version, note, ImportFate::kSkipped, "erased");
    }
    if (state.size > order_.largest_file) {
      return leave_out(life, version, note, ImportFate::kFailed, "larger than a file may be");
    }
    if (session_ && !record(life, version, note)) return;
    life.left_out.erase(version.item);
    directory ? counter_.directory_recorded() : told_.push_back(note);
    if (!directory) counter_.read(state.size);
  }

  /// False: its content cannot be read.
  bool record(Life& life, const Version& version, const ImportNote& note) {
    const auto& state = version.state;
    const auto number = life.here.number;
    const auto before =
        version.cause == Cause::kArrived ? std::nullopt : target_.view.item_at(number, version.item, kForever);
    if (state.digest && !(before && before->state.digest == state.digest)) {
      try {
        StoredContent content(view_, life.from.number, *state.digest);
        if (session_->store(number, content).digest != state.digest) {
          leave_out(life, version, note, ImportFate::kFailed, "its bytes are not those of its digest");
          return false;
        }
      } catch (const Error& error) {
        if (error.code() != Errc::kDamage) throw;
        leave_out(life, version, note, ImportFate::kFailed, error.what());
        return false;
      }
    }
    const bool same = before && same_body(before->state, state);
    add(life, Put{version.item, version.cause, state, same ? before->body : VersionId{}});
    return true;
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
      for (const auto& gap : view_.gaps(from, since, until)) {
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

  const ImportTarget& target_;
  View& view_;
  const Uuid store_;
  const Instant at_;
  const Instant done_until_;
  HistoryClock& clock_;
  const ImportOrder& order_;
  ImportCounter counter_;
  std::vector<Life> lives_;
  std::unique_ptr<BulkSession> session_;
  bool added_ = false;            ///< since the last commit
  std::vector<ImportNote> told_;  ///< when it is durable
};

}  // namespace

Instant before_history(const ImportLives& lives, const ImportOrder& order) {
  auto first = kForever;
  for (const auto& account : lives.origin) {
    if (is_wanted(order, account.name)) first = std::min(first, account.since);
  }
  if (first == kForever) throw Error(Errc::kNotFound, "no account of these ever was in it: nothing to import");
  return Instant{first.value - kMicrosPerSecond};
}

ImportTally import_history(const ImportTarget& target, const ImportOrigin& origin, const ImportLives& lives,
                           HistoryClock& clock, const ImportOrder& order, ImportProgress& progress) {
  return HistoryImport(target, origin, clock, order, progress).run(lives);
}

}  // namespace yestermail
