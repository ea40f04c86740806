// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/import_writer.h"

#include <algorithm>
#include <utility>

namespace yestermail {

void ImportCounter::tell(const ImportNote& note) {
  switch (note.fate) {
    case ImportFate::kRecorded: ++tally_.recorded; break;
    case ImportFate::kPresent: ++tally_.present; break;
    case ImportFate::kSkipped: ++tally_.skipped; break;
    case ImportFate::kFailed:
      ++tally_.failed;
      if (note.error == Errc::kDamage) ++tally_.damaged;
      break;
  }
  progress_.told(note);
}

void ImportCounter::read(std::uint64_t bytes) {
  tally_.bytes += bytes;
  progress_.advanced(++files_, tally_.bytes);
}

ImportWriter::ImportWriter(Recorder* recorder, unsigned threads, ImportCounter& counter)
    : recorder_(recorder), counter_(counter) {
  if (dry()) return;
  session_ = recorder_->begin_bulk();
  for (unsigned i = 0; i < std::max(1U, threads); ++i) threads_.emplace_back([this] { work(); });
}

ImportWriter::~ImportWriter() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    queue_.clear();
  }
  given_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ImportWriter::put(ImportedItem item) {
  if (dry()) return counter_.tell({item.account_name, item.path, ImportFate::kRecorded, Errc::kFailed, {}});
  wait_for_room();
  {
    const std::lock_guard lock(mutex_);
    held_bytes_ += item.put.state.size;
    queue_.push_back(std::move(item));
  }
  given_.notify_one();
  if (session_->full()) commit();
}

void ImportWriter::put_directory(AccountNumber account, Put put) {
  counter_.directory_recorded();
  if (!dry()) session_->add(account, std::move(put));
}

void ImportWriter::finish() {
  if (!dry()) commit();
}

void ImportWriter::wait_for_room() {
  std::unique_lock lock(mutex_);
  taken_.wait(lock, [&] { return stopped_ || (held_bytes_ < kHeldBytes && queue_.size() < kHeldItems); });
  if (stopped_) std::rethrow_exception(stopped_);
}

void ImportWriter::drain() {
  std::unique_lock lock(mutex_);
  taken_.wait(lock, [&] { return stopped_ || (queue_.empty() && busy_ == 0); });
  if (stopped_) std::rethrow_exception(stopped_);
}

/// Nobody stores meanwhile: all that was given is done.
void ImportWriter::commit() {
  drain();
  session_->commit();
  std::vector<ImportNote> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  for (const auto& note : done) counter_.tell(note);
}

void ImportWriter::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    given_.wait(lock, [&] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto item = std::move(queue_.front());
    queue_.pop_front();
    ++busy_;
    lock.unlock();
    std::exception_ptr stop;
    ImportNote done;
    try {
      done = store(item);
    } catch (...) {
      stop = std::current_exception();
    }
    item.content.reset();
    lock.lock();
    --busy_;
    held_bytes_ -= item.put.state.size;
    if (stop && !stopped_) stopped_ = stop;
    if (!stop) done_.push_back(std::move(done));
    taken_.notify_all();
  }
}

ImportNote ImportWriter::store(ImportedItem& item) {
  ImportNote note{std::move(item.account_name), std::move(item.path), ImportFate::kRecorded, Errc::kFailed, {}};
  const auto fail = [&](const std::string& why) {
    note.fate = ImportFate::kFailed;
    note.error = Errc::kDamage;
    note.why = why;
  };
  try {
    if (item.content) {
      const auto stored = session_->store(item.account, *item.content);
      if (stored.digest != item.put.state.digest) fail("its bytes are not those of its digest");
    }
    if (note.fate == ImportFate::kRecorded) session_->add(item.account, item.put);
  } catch (const Error& error) {
    // Of what is read: another store can be damaged. Whatever is wrong with ours makes the commit fail.
    if (error.code() != Errc::kDamage) throw;
    fail(error.what());
  }
  return note;
}

}  // namespace yestermail
