// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/erasure_writer.h"

#include <algorithm>

#include "base/error.h"
#include "base/uuid.h"
#include "policy/erasures.h"
#include "policy/setting_files.h"
#include "policy/version_walk.h"
#include "store/version_batches.h"

namespace yestermail {
namespace {

constexpr std::size_t kLongestNote = 200;
constexpr std::size_t kGathered = 4 * kMostMarks;  // Before duplicates are left out: most versions are of few contents.

class Collector {
 public:
  Collector(Recorder& recorder, const std::string& note, Instant now)
      : recorder_(recorder), known_(Erasures::read(recorder.view())), now_(now) {
    file_.key = known_.key();
    file_.note = note;
  }

  void add(std::string_view account, const Version& version) {
    // Empty files are alike by chance.
    if (!version.state.digest || version.state.size == 0) return;
    if (known_.contains(account, *version.state.digest, version.since)) return;
    marks_.push_back(erasure_mark(file_.key, account, *version.state.digest));
    if (marks_.size() < kGathered) return;
    leave_out_duplicates();
    if (marks_.size() > kGathered / 2) write(kMostMarks);
  }

  std::uint64_t finish() {
    leave_out_duplicates();
    write(0);
    return written_;
  }

 private:
  void leave_out_duplicates() {
    std::ranges::sort(marks_);
    marks_.erase(std::unique(marks_.begin(), marks_.end()), marks_.end());
  }

  /// Until no more than `left` are not written.
  void write(std::size_t left) {
    while (marks_.size() > left) {
      const auto from = marks_.end() - static_cast<std::ptrdiff_t>(std::min(marks_.size(), kMostMarks));
      file_.marks.assign(from, marks_.end());
      const auto id = Uuid::random().hex().substr(0, 16);
      put_setting_file(recorder_, erasure_setting(id), encode_erasure_file(file_), now_);
      written_ += file_.marks.size();
      marks_.erase(from, marks_.end());
    }
  }

  Recorder& recorder_;
  const Erasures known_;
  const Instant now_;
  ErasureFile file_;
  std::vector<ErasureMark> marks_;
  std::uint64_t written_ = 0;
};

void add_account(View& view, const PurgeRequest& request, Collector& to) {
  const auto account = view.account(request.account);
  if (!account) return;
  for_each_version(view, request.account, [&](const Version& version) { to.add(account->name, version); });
  // Its entry too: an older copy of the server account would bring it back.
  const auto server = view.account(kServerAccount);
  for (const auto& version : view.history(kServerAccount, ItemId{request.account.value})) to.add(server->name, version);
}

void add_versions(View& view, const PurgeRequest& request, Collector& to) {
  const auto account = view.account(request.account);
  if (!account) return;
  in_batches(view, request.account, request.versions, [&](const auto& versions) {
    for (const auto& version : versions) to.add(account->name, version);
  });
}

}  // namespace

void require_erasure_note(const std::string& note) {
  if (note.size() <= kLongestNote && printable(note) == note) return;
  throw Error(Errc::kUsage, "the note of an erasure has 200 bytes at most, and no backslash or control character");
}

std::uint64_t remember_erased(Recorder& recorder, std::span<const PurgeRequest> requests, const std::string& note,
                              Instant now) {
  require_erasure_note(note);
  Collector collector(recorder, note, now);
  for (const auto& request : requests) {
    request.whole ? add_account(recorder.view(), request, collector)
                  : add_versions(recorder.view(), request, collector);
  }
  return collector.finish();
}

}  // namespace yestermail
