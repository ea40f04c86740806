// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/late_names.h"

#include <map>
#include <mutex>

namespace yestermail::test {
namespace {

bool is_journal(const std::string& path) { return path.find("/journal/") != std::string::npos; }

class LateNames final : public Filesystem {
 public:
  LateNames(Filesystem& below, std::string suffix, LateUntil trigger)
      : below_(below), suffix_(std::move(suffix)), trigger_(trigger) {}

  std::unique_ptr<File> open(const std::string& path, Open how) override;

  void rename(const std::string& from, const std::string& to) override {
    if (to.ends_with(suffix_)) {
      const std::lock_guard lock(mutex_);
      late_[to] = from;
      return;
    }
    below_.rename(from, to);
    if (trigger_ == LateUntil::kJournalRetire && is_journal(from)) give_names();
  }
  void remove(const std::string& path) override {
    below_.remove(path);
    if (trigger_ == LateUntil::kJournalRetire && is_journal(path)) give_names();
  }
  void make_directory(const std::string& path) override { below_.make_directory(path); }
  void sync_directory(const std::string& path) override { below_.sync_directory(path); }

  [[nodiscard]] std::vector<std::string> list(const std::string& path) override { return below_.list(path); }
  [[nodiscard]] bool exists(const std::string& path) override { return below_.exists(present(path)); }
  [[nodiscard]] std::unique_ptr<FileLock> try_lock(const std::string& path) override { return below_.try_lock(path); }

  void journal_synced() {
    if (trigger_ == LateUntil::kJournalSync) give_names();
  }

 private:
  std::string present(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto found = late_.find(path);
    return found == late_.end() ? path : found->second;
  }

  void give_names() {
    const std::lock_guard lock(mutex_);
    for (const auto& [to, from] : late_) {
      below_.rename(from, to);
      below_.sync_directory(to.substr(0, to.rfind('/')));
    }
    late_.clear();
  }

  Filesystem& below_;
  std::string suffix_;
  LateUntil trigger_;
  std::mutex mutex_;
  std::map<std::string, std::string> late_;  // Guarded by mutex_: where it shall be -> where it is.
};

class JournalFile final : public File {
 public:
  JournalFile(std::unique_ptr<File> below, LateNames& owner) : below_(std::move(below)), owner_(owner) {}

  [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    return below_->read_at(offset, into);
  }
  void write_at(std::uint64_t offset, ByteView bytes) override { below_->write_at(offset, bytes); }
  void sync() override {
    below_->sync();
    owner_.journal_synced();
  }
  [[nodiscard]] std::uint64_t size() const override { return below_->size(); }

 private:
  std::unique_ptr<File> below_;
  LateNames& owner_;
};

std::unique_ptr<File> LateNames::open(const std::string& path, Open how) {
  auto file = below_.open(present(path), how);
  if (how == Open::kRead || !is_journal(path)) return file;
  return std::make_unique<JournalFile>(std::move(file), *this);
}

}  // namespace

std::unique_ptr<Filesystem> with_late_names(Filesystem& below, std::string suffix, LateUntil trigger) {
  return std::make_unique<LateNames>(below, std::move(suffix), trigger);
}

}  // namespace yestermail::test
