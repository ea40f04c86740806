// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/pipeline.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/maildir_name.h"
#include "mail/header_words.h"
#include "scanner/file_reader.h"
#include "scanner/listing.h"

namespace yestermail {

Pipeline::Pipeline(View& view, BulkSession& session, ScanTotals& totals, unsigned threads, Limits limits)
    : view_(view), session_(session), totals_(totals), gate_(session), limits_(std::move(limits)) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Pipeline::~Pipeline() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    jobs_.clear();
    jobs_came_.notify_all();
  }
  threads_.clear();  // Joins them while all that they use is still there.
}

void Pipeline::apply(const AccountRun& run, std::vector<Change> changes) {
  rethrow_if_stopped();
  {
    const CommitGate::Entry inside(gate_);
    for (auto& change : changes) session_.add(run.number, std::move(change));
  }
  gate_.commit_if_full(totals_);
}

void Pipeline::read(const std::shared_ptr<AccountRun>& run, std::vector<Reading> readings) {
  run->open += readings.size();
  std::shared_ptr<const Opened> directory;
  const ScannedDirectory* opened = nullptr;
  for (auto& reading : readings) {
    if (opened != reading.directory) {
      opened = reading.directory;
      auto result = run->tree(opened->tree).open_directory(opened->path);
      directory.reset();
      // Another directory under this name now: what was listed is not there.
      if (auto* found = std::get_if<Opened>(&result); found != nullptr && found->stat.inode == opened->seen.inode) {
        directory = std::make_shared<const Opened>(std::move(*found));
      }
    }
    totals_.reading_planned();
    push({run, directory, std::move(reading), next_order_++});
  }
}

void Pipeline::finish(const std::shared_ptr<AccountRun>& run) {
  rethrow_if_stopped();
  one_done(*run);
}

void Pipeline::complete() {
  {
    std::unique_lock lock(mutex_);
    closed_ = true;
    jobs_came_.notify_all();
    all_done_.wait(lock, [this] { return stopped_ || (jobs_.empty() && busy_ == 0); });
  }
  rethrow_if_stopped();
  gate_.commit(totals_);
}

void Pipeline::push(Job job) {
  std::unique_lock lock(mutex_);
  room_came_.wait(lock, [this] { return stopped_ || jobs_.size() < kWaiting; });
  if (stopped_) std::rethrow_exception(stopped_);
  jobs_.push_back(std::move(job));
  jobs_came_.notify_one();
}

bool Pipeline::pop(Job& job) {
  std::unique_lock lock(mutex_);
  jobs_came_.wait(lock, [this] { return stopped_ || closed_ || !jobs_.empty(); });
  if (stopped_ || jobs_.empty()) return false;
  job = std::move(jobs_.front());
  jobs_.pop_front();
  ++busy_;
  if (jobs_.size() == kWaiting / 2) room_came_.notify_all();
  return true;
}

void Pipeline::stop(std::exception_ptr reason) {
  const std::lock_guard lock(mutex_);
  if (!stopped_) stopped_ = std::move(reason);
  jobs_came_.notify_all();
  room_came_.notify_all();
  all_done_.notify_all();
}

void Pipeline::rethrow_if_stopped() {
  const std::lock_guard lock(mutex_);
  if (stopped_) std::rethrow_exception(stopped_);
}

void Pipeline::work() noexcept {
  try {
    Bytes head;
    head.reserve(kHeaderBytes);
    for (Job job; pop(job); job = {}) {
      totals_.reading_done(process(job, head));
      gate_.commit_if_full(totals_);
      one_done(*job.run);
      const std::lock_guard lock(mutex_);
      --busy_;
      if (closed_ && busy_ == 0 && jobs_.empty()) all_done_.notify_all();
    }
  } catch (...) {
    stop(std::current_exception());
  }
}

OpenResult Pipeline::open(const Job& job, const ScannedDirectory*& directory, std::string& name) const {
  const auto& reading = job.reading;
  const auto& tree = job.run->tree(directory->tree);
  if (reading.over_links) return tree.open_file_over_links(name);
  if (!job.directory) return Denial{Denial::Kind::kGone, {}};
  auto opened = tree.open_file(job.directory->fd.get(), name);
  const auto* denial = std::get_if<Denial>(&opened);
  if (denial == nullptr || denial->kind != Denial::Kind::kGone || reading.kind != EntryKind::kMessage) return opened;
  return open_renamed(job, directory, name);
}

OpenResult Pipeline::open_renamed(const Job& job, const ScannedDirectory*& directory, std::string& name) const {
  const auto base = std::string(maildir_base(name));
  for (int tries = 0; tries < 3; ++tries) {
    for (const auto* where : {job.reading.sibling, job.reading.directory}) {
      if (where == nullptr) continue;
      const auto& tree = job.run->tree(where->tree);
      const auto opened = tree.open_directory(where->path);
      if (std::holds_alternative<Denial>(opened)) continue;
      const int fd = std::get<Opened>(opened).fd.get();
      const auto listing = Listing::read(fd);
      const auto found =
          std::ranges::find_if(listing.entries(), [&](const auto& entry) { return maildir_base(entry.name) == base; });
      if (found == listing.entries().end()) continue;
      // A second message of that base, known for long, is not this one.
      if (view_.lookup(job.run->number, where->item, found->name, kForever)) continue;
      auto file = tree.open_file(fd, std::string(found->name));
      if (std::holds_alternative<Denial>(file)) continue;
      directory = where;
      name = std::string(found->name);
      return file;
    }
  }
  return Denial{Denial::Kind::kGone, {}};
}

std::optional<std::string> Pipeline::why_refused(const Job& job, const Opened& file) const {
  if (file.stat.size > limits_.largest_file) return "larger than the limit for a file";
  // Read once more for this, and before: nothing of it may come into the store.
  if (limits_.is_refused && limits_.is_refused(job.run->name, digest_of(file))) {
    return "was erased from this store, and does not come back";
  }
  return std::nullopt;
}

std::uint64_t Pipeline::process(const Job& job, Bytes& head) {
  const auto& reading = job.reading;
  const bool message = reading.kind == EntryKind::kMessage;
  const ScannedDirectory* directory = reading.directory;
  EntryState state;
  state.kind = reading.kind;
  state.name = reading.name;
  auto opened = open(job, directory, state.name);
  if (const auto* denial = std::get_if<Denial>(&opened)) return lost(job, *denial), 0;
  auto& file = std::get<Opened>(opened);
  if (const auto why = why_refused(job, file)) return lost(job, {Denial::Kind::kRefused, *why}), 0;

  // The blob and the change that refers to it belong to one commit.
  const CommitGate::Entry inside(gate_);
  const auto store = [&](BlobSource& source) { return session_.store(job.run->number, source); };
  const auto content = read_whole(std::move(file), head, message ? kHeaderBytes : 0, store);
  if (const auto* denial = std::get_if<Denial>(&content)) return lost(job, *denial), 0;
  const auto& [blob, stat] = std::get<FileContent>(content);
  state.parent = directory->item;
  state.digest = blob.digest;
  state = with_stat(std::move(state), stat);
  if (message) {
    auto words = header_words(head);
    state.sender = std::move(words.sender);
    state.subject = std::move(words.subject);
  }
  if (!message) remember_file(*job.run, job.reading, stat);
  record(job, std::move(state));
  return blob.size;
}

/// Control files are written in place, and their times are set: only all of their stamps tell that they did not change.
void Pipeline::remember_file(AccountRun& run, const Reading& reading, const FileStat& stat) {
  auto mark = mark_of(stat);
  if (!is_old(stat)) mark.mtime_ns = mark.ctime_ns = 0;
  const std::lock_guard lock(run.mutex);
  run.file_marks.emplace_back(reading.before ? reading.before->item : reading.item, mark);
}

void Pipeline::record(const Job& job, EntryState state) {
  auto& run = *job.run;
  const auto& reading = job.reading;
  if (reading.before) {
    auto put = next_version(*reading.before, std::move(state), reading.cause);
    if (!put) return totals_.count([](ScanReport& report) { ++report.items_unchanged; });
    totals_.recorded(put->state.kind, put->cause);
    return session_.add(run.number, std::move(*put));
  }
  Put put{reading.item, Cause::kArrived, std::move(state), VersionId{}};
  if (reading.kind == EntryKind::kMessage && run.movable.contains({put.state.size, put.state.mtime_ns})) {
    const std::lock_guard lock(run.mutex);
    run.held.push_back({job.order, std::move(put)});
    return;
  }
  if (run.came_lately && reading.kind == EntryKind::kMessage) {
    const std::lock_guard lock(run.mutex);
    run.came.emplace_back(put.item, put.state.name);
  }
  totals_.recorded(put.state.kind, put.cause);
  session_.add(run.number, std::move(put));
}

void Pipeline::lost(const Job& job, const Denial& denial) {
  const auto& reading = job.reading;
  reading.directory->clean = false;
  if (reading.sibling != nullptr) reading.sibling->clean = false;
  // What it follows stays recorded where it is no longer.
  if (reading.before) job.run->distrust({reading.before->state.parent});
  const auto line = [&] { return job.run->shown(*reading.directory, reading.name) + ": " + denial.why; };
  switch (denial.kind) {
    case Denial::Kind::kFailed: return totals_.item_failed(line());
    case Denial::Kind::kRefused: return totals_.item_refused(line());
    case Denial::Kind::kGone: break;
  }
  if (reading.before) totals_.count([](ScanReport& report) { ++report.unconfirmed; });
  if (!reading.before && reading.kind == EntryKind::kMessage) job.run->arrival_lost = true;
}

void Pipeline::one_done(AccountRun& run) {
  if (run.open.fetch_sub(1) != 1) return;
  {
    const CommitGate::Entry inside(gate_);
    settle(run);
  }
  gate_.commit_if_full(totals_);
}

void Pipeline::settle(AccountRun& run) {
  const std::lock_guard lock(run.mutex);
  std::ranges::sort(run.held, {}, &AccountRun::Held::order);
  for (auto& held : run.held) {
    auto& put = held.put;
    const auto [first, last] = run.movable.equal_range({put.state.size, put.state.mtime_ns});
    const auto found = std::find_if(first, last, [&](const auto& candidate) {
      return run.vanished[candidate.second].state.digest == put.state.digest;
    });
    if (found != last) {
      auto& before = run.vanished[found->second];
      if (auto moved = next_version(before, put.state, Cause::kMoved)) put = std::move(*moved);
      before.item = kNoItem;  // It lives on.
      run.movable.erase(found);
    } else if (run.came_lately) {
      run.came.emplace_back(put.item, put.state.name);
    }
    totals_.recorded(put.state.kind, put.cause);
    session_.add(run.number, std::move(put));
  }
  std::unordered_set<ItemId> unsettled;
  for (const auto& version : run.vanished) {
    if (version.item == kNoItem) continue;
    if (run.arrival_lost && version.state.kind == EntryKind::kMessage) {
      unsettled.insert(version.state.parent);
      totals_.count([](ScanReport& report) { ++report.unconfirmed; });
      continue;
    }
    session_.add(run.number, Remove{version.item});
    totals_.count([](ScanReport& report) { ++report.items_deleted; });
  }
  run.distrust(unsettled);
  for (const auto item : run.removed_directories) session_.add(run.number, Remove{item});
  for (auto& put : run.touched_directories) session_.add(run.number, std::move(put));

  auto marks = std::move(run.file_marks);
  for (const auto& directory : run.directories) {
    if (!directory.visited || directory.item == kNoItem) continue;
    auto mark = mark_of(directory.seen);
    // A mark without times is never met again, but tells which directory it was.
    if (!directory.exact || !directory.settled || !directory.clean) mark.mtime_ns = mark.ctime_ns = 0;
    if (mark != directory.mark) marks.emplace_back(directory.item, mark);
  }
  if (run.parent_inode && run.parent_inode != run.remembered_parent_inode) {
    marks.emplace_back(kNoItem, DirectoryMark{0, 0, *run.parent_inode});
  }
  if (!marks.empty()) session_.add_marks(run.number, std::move(marks));
}

}  // namespace yestermail
