// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fault_filesystem.h"

#include <fcntl.h>
#include <fnmatch.h>

#include <cerrno>
#include <filesystem>
#include <mutex>
#include <stdexcept>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "tests/support/fault_model.h"

namespace yestermail::test {

struct FaultFilesystem::Model {
  explicit Model(std::string path) : root(std::move(path)) {
    top = std::make_shared<DiskNode>();
    top->directory = true;
    import(*top, root);
  }

  enum class Fate { kDone, kCrash, kFail };

  static void import(DiskNode& node, const std::string& path) {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      const auto name = entry.path().filename().string();
      if (is_sqlite(name)) continue;
      auto child = std::make_shared<DiskNode>();
      child->directory = entry.is_directory();
      if (child->directory) import(*child, entry.path().string());
      if (!child->directory) child->durable_size = entry.file_size();
      node.now[name] = child;
    }
    node.durable = node.now;
  }

  static bool is_sqlite(const std::string& name) {
    return name.ends_with(".db") || name.ends_with(".db-wal") || name.ends_with(".db-shm");
  }

  [[nodiscard]] std::string relative(const std::string& path) const {
    if (path == root) return "";
    if (path.substr(0, root.size() + 1) != root + "/")
      throw std::logic_error("outside of the fault filesystem: " + path);
    return path.substr(root.size() + 1);
  }

  /// The node of a path, nullptr if there is none.
  [[nodiscard]] std::shared_ptr<DiskNode> find(const std::string& path) const {
    auto node = top;
    const auto rest = relative(path);
    std::size_t at = 0;
    while (node && at < rest.size()) {
      const auto slash = std::min(rest.find('/', at), rest.size());
      const auto child = node->now.find(rest.substr(at, slash - at));
      node = child == node->now.end() ? nullptr : child->second;
      at = slash + 1;
    }
    return node;
  }

  [[nodiscard]] std::shared_ptr<DiskNode> parent(const std::string& path) const {
    auto node = find(path.substr(0, path.rfind('/')));
    if (!node || !node->directory) throw std::logic_error("fault filesystem: no directory for " + path);
    return node;
  }

  static std::string name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

  /// Counts a step and says what becomes of it.
  Fate begin(const char* call, const std::string& path) {
    Step step{++count, call, relative(path)};
    if (hook) hook(step);
    history.push_back(std::move(step));
    if (crash_step != 0 && count >= crash_step) {
      const bool first = !crashed;
      crashed = true;
      // Of the steps after the crash nothing happens at all.
      if (!first) throw Error(Errc::kIo, "crash");
      return Fate::kCrash;
    }
    if (fail_step != 0 && (count == fail_step || (fail_for_ever && count > fail_step))) return Fate::kFail;
    return Fate::kDone;
  }

  [[noreturn]] void refuse(Fate fate, const std::string& path) const {
    if (fate == Fate::kCrash) throw Error(Errc::kIo, "crash");
    throw_errno(fail_errno, path);
  }

  /// For calls that either happen or do not.
  void begin_whole(const char* call, const std::string& path) {
    const auto fate = begin(call, path);
    if (fate != Fate::kDone) refuse(fate, path);
  }

  /// A file that loses its last name keeps its bytes until the directory is synced.
  void hold(const std::string& path) const {
    const auto node = find(path);
    if (!node || node->directory) return;
    node->held = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!node->held.valid()) throw_errno(errno, path);
  }

  static bool matches(const std::vector<std::string>& patterns, const std::string& path) {
    for (const auto& pattern : patterns) {
      if (::fnmatch(pattern.c_str(), path.c_str(), 0) == 0) return true;
    }
    return false;
  }

  mutable std::recursive_mutex mutex;  // All below is guarded by it.
  std::string root;
  std::shared_ptr<DiskNode> top;
  PosixFilesystem disk;
  std::uint64_t count = 0;
  std::vector<Step> history;
  std::function<void(const Step&)> hook;
  std::uint64_t crash_step = 0;
  bool crashed = false;
  std::uint64_t fail_step = 0;
  int fail_errno = 0;
  bool fail_for_ever = false;
  std::vector<std::string> ignored_syncs;
  std::vector<std::string> ignored_directory_syncs;
};

/// A file of the model: writes go to the real file and are noted.
class FaultFile final : public File {
 public:
  FaultFile(std::shared_ptr<FaultFilesystem::Model> model, std::shared_ptr<DiskNode> node, std::unique_ptr<File> real,
            std::string path)
      : model_(std::move(model)), node_(std::move(node)), real_(std::move(real)), path_(std::move(path)) {}

  [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    return real_->read_at(offset, into);
  }

  void write_at(std::uint64_t offset, ByteView bytes) override {
    const std::lock_guard lock(model_->mutex);
    const auto fate = model_->begin("write", path_);
    const bool whole = fate == FaultFilesystem::Model::Fate::kDone;
    // Of a write that is cut off, a third or two arrive, or nothing.
    const auto part = whole ? bytes : bytes.first(bytes.size() * (model_->count % 3) / 3);
    node_->before_write(*real_, offset, part.size());
    if (!part.empty()) real_->write_at(offset, part);
    if (!whole) model_->refuse(fate, path_);
  }

  void sync() override {
    const std::lock_guard lock(model_->mutex);
    const auto fate = model_->begin("sync", path_);
    if (fate != FaultFilesystem::Model::Fate::kDone) {
      node_->fail_sync();
      model_->refuse(fate, path_ + " (sync)");
    }
    if (FaultFilesystem::Model::matches(model_->ignored_syncs, model_->relative(path_))) return;
    node_->sync_bytes(real_->size());
  }

  [[nodiscard]] std::uint64_t size() const override { return real_->size(); }

 private:
  std::shared_ptr<FaultFilesystem::Model> model_;
  std::shared_ptr<DiskNode> node_;
  std::unique_ptr<File> real_;
  std::string path_;
};

FaultFilesystem::FaultFilesystem(const std::string& root) : model_(std::make_shared<Model>(root)) {}
FaultFilesystem::~FaultFilesystem() = default;

std::unique_ptr<File> FaultFilesystem::open(const std::string& path, Open how) {
  const std::lock_guard lock(model_->mutex);
  if (how == Open::kCreate) model_->begin_whole("create", path);
  auto real = model_->disk.open(path, how);
  auto node = model_->find(path);
  if (how == Open::kCreate || !node) {
    node = std::make_shared<DiskNode>();
    const auto parent = model_->parent(path);
    if (Model::is_sqlite(Model::name(path))) {
      // Made through us, then written by SQLite: a stranger.
    } else if (how == Open::kCreate) {
      parent->change({{Model::name(path), node}});
    } else {  // A stranger that is opened through us after all: taken as it is.
      node->durable_size = real->size();
      parent->now[Model::name(path)] = parent->durable[Model::name(path)] = node;
    }
  }
  return std::make_unique<FaultFile>(model_, std::move(node), std::move(real), path);
}

void FaultFilesystem::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(model_->mutex);
  model_->begin_whole("rename", to);
  const auto node = model_->find(from);
  model_->hold(to);
  model_->disk.rename(from, to);
  if (!node) return;  // A stranger.
  const auto source = model_->parent(from);
  const auto target = model_->parent(to);
  if (source == target) {
    source->change({{Model::name(to), node}, {Model::name(from), nullptr}});
  } else {
    target->change({{Model::name(to), node}});
    source->change({{Model::name(from), nullptr}});
  }
}

void FaultFilesystem::remove(const std::string& path) {
  const std::lock_guard lock(model_->mutex);
  model_->begin_whole("remove", path);
  model_->hold(path);
  model_->disk.remove(path);
  if (model_->find(path)) model_->parent(path)->change({{Model::name(path), nullptr}});
}

void FaultFilesystem::make_directory(const std::string& path) {
  const std::lock_guard lock(model_->mutex);
  model_->begin_whole("mkdir", path);
  model_->disk.make_directory(path);
  auto node = std::make_shared<DiskNode>();
  node->directory = true;
  model_->parent(path)->change({{Model::name(path), std::move(node)}});
}

void FaultFilesystem::sync_directory(const std::string& path) {
  const std::lock_guard lock(model_->mutex);
  model_->begin_whole("syncdir", path);
  const auto node = model_->find(path);
  if (!node || !node->directory) throw_errno(ENOENT, path);
  if (!Model::matches(model_->ignored_directory_syncs, model_->relative(path))) node->sync_names();
}

std::vector<std::string> FaultFilesystem::list(const std::string& path) { return model_->disk.list(path); }
bool FaultFilesystem::exists(const std::string& path) { return model_->disk.exists(path); }
std::unique_ptr<FileLock> FaultFilesystem::try_lock(const std::string& path) { return model_->disk.try_lock(path); }

std::uint64_t FaultFilesystem::steps() const {
  const std::lock_guard lock(model_->mutex);
  return model_->count;
}

std::vector<FaultFilesystem::Step> FaultFilesystem::history() const {
  const std::lock_guard lock(model_->mutex);
  return model_->history;
}

void FaultFilesystem::crash_at(std::uint64_t number) {
  const std::lock_guard lock(model_->mutex);
  model_->crash_step = number;
}

bool FaultFilesystem::crashed() const {
  const std::lock_guard lock(model_->mutex);
  return model_->crashed;
}

void FaultFilesystem::fail_at(std::uint64_t number, int error_number, bool for_ever) {
  const std::lock_guard lock(model_->mutex);
  model_->fail_step = number;
  model_->fail_errno = error_number;
  model_->fail_for_ever = for_ever;
}

void FaultFilesystem::before_each_step(std::function<void(const Step&)> hook) {
  const std::lock_guard lock(model_->mutex);
  model_->hook = std::move(hook);
}

void FaultFilesystem::ignore_syncs(std::string pattern) {
  const std::lock_guard lock(model_->mutex);
  model_->ignored_syncs.push_back(std::move(pattern));
}

void FaultFilesystem::ignore_directory_syncs(std::string pattern) {
  const std::lock_guard lock(model_->mutex);
  model_->ignored_directory_syncs.push_back(std::move(pattern));
}

std::vector<std::string> FaultFilesystem::power_cut(const PowerCut& cut, const std::string& destination) const {
  const std::lock_guard lock(model_->mutex);
  return write_cut_tree(*model_->top, model_->root, cut, destination);
}

}  // namespace yestermail::test
