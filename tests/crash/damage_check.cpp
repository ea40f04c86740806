// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/damage_check.h"

#include <filesystem>
#include <random>
#include <set>

#include "base/error.h"
#include "base/instant_text.h"
#include "base/posix_filesystem.h"
#include "tests/support/given_blobs.h"
#include "tests/support/maildir_builder.h"
#include "tests/support/recording_log.h"
#include "tests/support/small_store.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

void note(DamageTally& tally, const std::string& text) {
  if (tally.details.size() < 10) tally.details.push_back(text);
}

StoreScript damage_script() {
  auto script = bulk_script();
  const auto live = live_script();
  const auto packed = live.begin() + 6;
  script.insert(script.end(), live.begin(), packed);
  script.push_back({StoreStep::Kind::kPack, "", {}});
  script.insert(script.end(), packed, live.end());
  StoreStep together{StoreStep::Kind::kRecord, "", {}};
  for (std::uint64_t i = 0; i < 10; ++i) {
    const auto name = "new/together" + std::to_string(i);
    together.edits.push_back(put_mail("alice@example.com", name, sample_mail(300 + i)));
  }
  script.push_back(together);
  script.push_back({StoreStep::Kind::kRecord, "", {remove_entry("alice@example.com", "new/together0")}});
  return script;
}

}  // namespace

/// Compares what one reader got at one instant with what is right.
class DamagedStore::Judge {
 public:
  Judge(const RecordingLog& log, const Reading& how, DamageTally& tally) : log_(log), how_(how), tally_(tally) {}

  void compare(const CrashLedger::Entry& want, const ShownStore& have, const std::vector<Refused>& refused) {
    refused_ = &refused;
    at_ = instant_text(want.at);
    for (const auto& refusal : refused) check_refusal(refusal);
    for (const auto& [account, entries] : *want.shown) {
      const auto found = have.find(account);
      static const ShownAccount kNone;
      compare_account(account, entries, found == have.end() ? kNone : found->second);
    }
    for (const auto& [account, entries] : have) {
      const auto right = want.shown->find(account);
      for (const auto& [path, entry] : entries) {
        if (right == want.shown->end() || right->second.count(path) == 0) lost(account, path, "not expected");
      }
    }
    expect_confined();
  }

 private:
  void compare_account(const std::string& account, const ShownAccount& want, const ShownAccount& have) {
    for (const auto& [path, entry] : want) {
      const auto found = have.find(path);
      if (found != have.end() && found->second == entry) {
        ++tally_.right;
      } else if (found != have.end()) {
        lost(account, path, "differs");
      } else if (is_refused(account, path)) {
        ++tally_.refused;
        refused_blobs_.insert(entry.bytes);
      } else {
        lost(account, path, "missing");
      }
    }
  }

  [[nodiscard]] bool is_refused(const std::string& account, const std::string& path) const {
    for (const auto& refusal : *refused_) {
      if (refusal.account.empty()) return true;
      if (refusal.account != account) continue;
      const bool below = refusal.path.empty() || refusal.path == "/" ||
                         (refusal.path.ends_with("/") && path.starts_with(refusal.path));
      if (refusal.path == path || below) return true;
    }
    return false;
  }

  /// Damage is confined to what stands in the damaged place.
  void expect_confined() const {
    if (how_.most_blobs != 0 && refused_blobs_.size() > how_.most_blobs) {
      note(tally_, at_ + ": " + std::to_string(refused_blobs_.size()) + " blobs are refused for one damaged frame");
    }
  }

  void check_refusal(const Refused& refusal) {
    if (refusal.code != Errc::kDamage) note(tally_, at_ + ": an error that is no kDamage: " + refusal.text);
    if (log_.lines().empty()) note(tally_, at_ + ": refused without a line in the log: " + refusal.text);
  }

  void lost(const std::string& account, const std::string& path, const char* what) {
    if (how_.loss_allowed && !log_.lines().empty()) {
      ++tally_.reported;
      return;
    }
    ++tally_.wrong;
    note(tally_, at_ + ": " + what + ": " + printable(account + " /" + path));
  }

  const RecordingLog& log_;
  const Reading& how_;
  DamageTally& tally_;
  const std::vector<Refused>* refused_ = nullptr;
  std::set<std::string> refused_blobs_;
  std::string at_;
};

DamagedStore::DamagedStore(State state) {
  const auto store = temp_ / "store";
  PosixFilesystem disk;
  TestClock clock;
  RecordingLog log;
  create_small_store({disk, clock, log}, store);
  const auto script = damage_script();
  {
    const auto recorder = open_recorder({disk, clock, log}, store, small_tuning());
    while (ledger_.done < script.size()) {
      clock.advance_seconds(1000);
      ledger_.run_one(*recorder, script);
    }
    happenings_ = happenings_of(recorder->view());
    if (state == State::kKilled) fs::copy(store, original_, fs::copy_options::recursive);
  }
  if (state == State::kClosed) fs::copy(store, original_, fs::copy_options::recursive);
  ledger_.acknowledged.push_back({kForever, std::make_shared<const ShownStore>(ledger_.now)});
}

std::string DamagedStore::happenings_of(View& view) const {
  std::string text;
  for (std::uint32_t number = 0; number < 64; ++number) {
    const auto account = view.account(AccountNumber{number});
    if (!account) continue;
    text += account->name + "\n";
    for (const auto& happening : view.happenings(AccountNumber{number}, Instant{0}, kForever, 10'000)) {
      const auto& version = happening.version;
      text += std::to_string(happening.at.value) + (happening.ended ? " end " : " begin ") +
              std::to_string(version.id.value) + " " + std::to_string(version.item.value) + " " + version.state.name +
              " " + std::to_string(version.state.mtime_ns) + " " + std::to_string(version.state.size) +
              (version.state.digest ? version.state.digest->hex() : "") + "\n";
    }
  }
  return text;
}

void DamagedStore::read_damaged(const std::function<void(const std::string& copy)>& damage, const Reading& how,
                                DamageTally& tally) {
  const auto copy = temp_ / "copy";
  fs::remove_all(copy);
  fs::copy(original_, copy, fs::copy_options::recursive);
  damage(copy);
  ++tally.copies;
  PosixFilesystem disk;
  const TestClock clock;
  RecordingLog log;
  const auto lock = how.other_writer ? disk.try_lock(copy + "/lock") : nullptr;
  std::mt19937_64 random(how.seed);
  std::set<std::size_t> numbers = {ledger_.acknowledged.size() - 1, random() % ledger_.acknowledged.size()};
  for (std::size_t i = 0; how.all_instants && i < ledger_.acknowledged.size(); ++i) numbers.insert(i);
  Judge judge(log, how, tally);
  std::unique_ptr<View> view;
  try {
    view = open_view({disk, clock, log}, copy);
  } catch (const Error& error) {
    for (const auto number : numbers) {
      judge.compare(ledger_.acknowledged[number], {}, {{"", "", error.code(), error.what()}});
    }
    return;
  }
  GivenBlobs given;
  for (const auto number : numbers) {
    const auto& want = ledger_.acknowledged[number];
    std::vector<Refused> refused;
    const auto have = show(*view, want.at, &refused, given);
    judge.compare(want, have, refused);
  }
  try {
    if (happenings_of(*view) != happenings_ && !how.loss_allowed && !how.more_history) {
      ++tally.wrong;
      note(tally, "happenings() differ");
    }
  } catch (const Error& error) {
    if (error.code() != Errc::kDamage) note(tally, std::string("happenings(): ") + error.what());
  }
}

}  // namespace yestermail::test
