// SPDX-License-Identifier: GPL-3.0-or-later
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <set>
#include <vector>

#include "base/c_ptr.h"
#include "base/error.h"
#include "scanner/beneath.h"
#include "scanner/watch/kernel_wait.h"
#include "scanner/watch/mounts_below.h"
#include "scanner/watch/watch_counters.h"
#include "scanner/watch/watch_tree.h"
#include "scanner/watch/watched_root.h"
#include "scanner/watch/watcher.h"

namespace yestermail {
namespace {

constexpr std::size_t kInotifyBufferSize = 65'536;
constexpr std::uint32_t kMask =
    IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR | IN_EXCL_UNLINK;
constexpr std::uint32_t kRootMask = kMask | IN_MOVE_SELF;

using Place = WatchTree::Place;

/// What became of the attempt to watch a directory.
struct Attempt {
  enum class Result { kWatched, kGone, kRefused } result = Result::kGone;
  int watch = WatchTree::kNone;
  int error = 0;
  Fd directory;
};

/// Where this is so, a directory with two links has no directory in it. Other file systems count as they like.
bool links_count_directories(int directory) {
  struct statfs info {};
  if (::fstatfs(directory, &info) != 0) return false;
  const auto type = static_cast<unsigned>(info.f_type);
  return type == EXT4_SUPER_MAGIC || type == XFS_SUPER_MAGIC || type == TMPFS_MAGIC;
}

bool can_hold_directories(int directory) {
  struct stat stat {};
  return ::fstat(directory, &stat) != 0 || stat.st_nlink != 2 || !links_count_directories(directory);
}

bool is_directory(int parent, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat stat {};
  return ::fstatat(parent, entry.d_name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(stat.st_mode);
}

class InotifyWatcher final : public Watcher {
 public:
  explicit InotifyWatcher(const WatcherSettings& settings)
      : settings_(settings),
        root_(settings.root),
        mounts_(root_, settings.matters),
        buffer_(kInotifyBufferSize),
        poll_due_(Clock::now() + settings.poll_interval) {
    if (const auto why = why_not_told(root_.open(O_PATH).get()); !why.empty())
      throw Error(Errc::kUnsupported, "inotify: " + why);
    starting_ = true;
    start();
    starting_ = false;
  }

  [[nodiscard]] WatchMethod method() const override { return WatchMethod::kInotify; }

  bool wait(std::chrono::milliseconds timeout, const HintSink& sink) override {
    const auto end = Clock::now() + timeout;
    while (is_there()) {
      const auto until = std::min({end, root_.next_look(), unwatched_.empty() ? end : poll_due_});
      const bool remounted = mounts_.look_again();
      const bool ready = remounted || waiter_.wait(inotify_.get(), until) != KernelWait::End::kTime;
      if (!ready && Clock::now() < end && !poll_is_due()) continue;
      if (remounted) start_again(sink);
      drain(sink);
      poll_unwatched(sink);
      root_fd_ = Fd();  // So that the file system can be unmounted.
      counters_.directories = tree_.size() + unwatched_.size();
      counters_.unwatched = unwatched_.size();
      return is_there();
    }
    return false;
  }

  void wake() override { waiter_.wake(); }
  [[nodiscard]] WatcherFigures figures() const override { return counters_.figures(); }

 private:
  using Clock = std::chrono::steady_clock;

  bool is_there() { return !lost_ && root_.is_there(std::exchange(look_at_root_, false)); }

  /// Watches all that is there, from nothing.
  void start() {
    tree_.clear();
    unwatched_.clear();
    inotify_ = Fd();  // First: its watches count against the limit until then.
    inotify_ = Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify_.valid() && errno == EMFILE)
      throw Error(Errc::kNoSpace, "inotify: too many instances; see fs.inotify.max_user_instances");
    if (!inotify_.valid()) throw_errno(errno, "inotify");
    const auto attempt = watch(root_.path(), kRootMask);
    if (attempt.result == Attempt::Result::kGone) {
      lost_ = true;
      if (starting_) throw Error(Errc::kNotFound, printable(root_.path()) + ": went away meanwhile");
      return;
    }
    if (attempt.result == Attempt::Result::kRefused) refuse(root_.path(), attempt.error);
    tree_.set_root(attempt.watch);
    std::deque<Place> found;
    read(attempt.directory.get(), attempt.watch, root_.path(), nullptr, found);
    add_all(std::move(found), nullptr);
    root_fd_ = Fd();
    counters_.directories = tree_.size() + unwatched_.size();
    counters_.unwatched = unwatched_.size();
  }

  void start_again(const HintSink& sink) {
    start();
    // After it: what changed until the new watches were there is covered.
    give({root_.path(), "", true, true}, sink);
  }

  [[noreturn]] void refuse(const std::string& path, int error) const {
    if (error != ENOSPC) throw_errno(error, "inotify: " + printable(path));
    throw Error(Errc::kNoSpace, "inotify: more directories than may be watched (" + std::to_string(tree_.size()) +
                                    " until " + printable(path) + "); see fs.inotify.max_user_watches");
  }

  /// Opens the directory and watches it. Beneath the root, so that nobody leads us elsewhere by a symbolic link.
  Attempt watch(const std::string& path, std::uint32_t mask) {
    Attempt attempt;
    if (!root_fd_.valid()) root_fd_ = root_.open(O_RDONLY);
    if (!root_fd_.valid()) {
      look_at_root_ = true;
      return attempt;
    }
    auto opened = open_directory_beneath(root_fd_.get(), path == root_.path() ? "" : below_root(path));
    if (const auto* denial = std::get_if<Denial>(&opened)) {
      if (denial->kind != Denial::Kind::kFailed) return attempt;
      attempt.result = Attempt::Result::kRefused;
      attempt.error = EACCES;
      return attempt;
    }
    const bool elsewhere = std::get<Opened>(opened).stat.device != root_.device();
    attempt.directory = std::move(std::get<Opened>(opened).fd);
    if (elsewhere && !why_not_told(attempt.directory.get()).empty()) {
      attempt.result = Attempt::Result::kRefused;
      attempt.error = EOPNOTSUPP;
      return attempt;
    }
    const auto self = "/proc/self/fd/" + std::to_string(attempt.directory.get());
    attempt.watch = ::inotify_add_watch(inotify_.get(), self.c_str(), mask);
    attempt.error = attempt.watch < 0 ? errno : 0;
    const bool too_many = attempt.watch >= 0 && settings_.most_directories != 0 && !tree_.knows(attempt.watch) &&
                          tree_.size() >= settings_.most_directories;
    if (too_many) {
      ::inotify_rm_watch(inotify_.get(), attempt.watch);
      attempt.error = ENOSPC;
    }
    attempt.result = attempt.error == 0 ? Attempt::Result::kWatched : Attempt::Result::kRefused;
    return attempt;
  }

  [[nodiscard]] std::string below_root(const std::string& path) const {
    return path.substr(root_.path() == "/" ? 1 : root_.path().size() + 1);
  }

  /// Watches these and all directories below them that matter. With a sink, what is found in those that were not
  /// watched before is handed out: it may have come before the watch.
  void add_all(std::deque<Place> places, const HintSink* sink) {
    while (!places.empty()) {
      const Place place = std::move(places.front());
      places.pop_front();
      const auto parent = tree_.path_of(place.parent, root_.path());
      if (!parent) continue;
      const auto path = entry_path(*parent, place.name);
      if (settings_.matters(path)) add(place, path, sink, places);
    }
  }

  void add(const Place& place, const std::string& path, const HintSink* sink, std::deque<Place>& found) {
    const auto attempt = watch(path, kMask);
    if (attempt.result == Attempt::Result::kGone) {
      unwatched_.erase(place);
      return;
    }
    if (attempt.result == Attempt::Result::kRefused) {
      // Nobody else can read it either, so there is nothing to be missed; it is tried again now and then.
      if (starting_ && attempt.error == ENOSPC) refuse(path, attempt.error);
      if (unwatched_.empty()) poll_due_ = Clock::now() + settings_.poll_interval;
      const bool is_new = unwatched_.insert(place).second;
      if (is_new && sink != nullptr) give({path, "", true, true}, *sink);
      return;
    }
    unwatched_.erase(place);
    const bool known = tree_.knows(attempt.watch);
    tree_.put(attempt.watch, place.parent, place.name);
    read(attempt.directory.get(), attempt.watch, path, known ? nullptr : sink, found);
  }

  void read(int directory, int watch, const std::string& path, const HintSink* sink, std::deque<Place>& found) {
    if (sink == nullptr && !can_hold_directories(directory)) return;
    Fd copy(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const CPtr<DIR, ::closedir> stream(copy.valid() ? ::fdopendir(copy.get()) : nullptr);
    if (stream == nullptr) {
      if (sink != nullptr) give({path, "", true, true}, *sink);
      return;
    }
    copy.release();
    while (const dirent* entry = ::readdir(stream.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      const bool below = is_directory(directory, *entry);
      if (sink != nullptr) give({path, std::string(name), below, false}, *sink);
      if (below) found.push_back({watch, std::string(name)});
    }
  }

  /// Takes what is queued now, and not for ever what others add meanwhile.
  void drain(const HintSink& sink) {
    int queued = 0;
    if (::ioctl(inotify_.get(), FIONREAD, &queued) != 0) throw_errno(errno, "inotify");
    for (auto left = static_cast<std::size_t>(queued); left > 0;) {
      const auto size = ::read(inotify_.get(), buffer_.data(), buffer_.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) break;
      if (size < 0) throw_errno(errno, "inotify");
      left -= std::min(left, static_cast<std::size_t>(size));
      // After an overflow what is left in this buffer is of watches that are gone.
      if (!take_events({buffer_.data(), static_cast<std::size_t>(size)}, sink)) break;
    }
    for (const int lost : tree_.take_lost()) ::inotify_rm_watch(inotify_.get(), lost);
  }

  bool take_events(std::string_view bytes, const HintSink& sink) {
    while (bytes.size() >= sizeof(inotify_event)) {
      inotify_event event{};
      std::memcpy(&event, bytes.data(), offsetof(inotify_event, name));
      const std::size_t size = offsetof(inotify_event, name) + event.len;
      std::string_view name = bytes.substr(offsetof(inotify_event, name), event.len);
      bytes.remove_prefix(std::min(size, bytes.size()));
      ++counters_.events;
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        ++counters_.overflows;
        start_again(sink);
        return false;
      }
      take_event(event, std::string(name.substr(0, name.find('\0'))), sink);
    }
    return true;
  }

  void take_event(const inotify_event& event, const std::string& name, const HintSink& sink) {
    if ((event.mask & IN_MOVE_SELF) != 0) look_at_root_ = true;
    if ((event.mask & IN_IGNORED) != 0) {
      lost_ = lost_ || event.wd == tree_.root();
      tree_.erase(event.wd);
      return;
    }
    const auto path = tree_.path_of(event.wd, root_.path());
    if ((event.mask & IN_UNMOUNT) != 0) {
      // Of another file system in the tree: now there is to be seen what it stood on.
      if (!path || event.wd == tree_.root()) return;
      give({*path, "", true, true}, sink);
      add_all({tree_.place_of(event.wd)}, &sink);
      return;
    }
    const bool is_directory = (event.mask & IN_ISDIR) != 0;
    const bool vanished = (event.mask & (IN_MOVED_FROM | IN_DELETE)) != 0;
    if (is_directory && vanished) tree_.set_adrift(event.wd, name);
    // Adrift: where it is found again, all below it is looked at. Without a name: the directory above tells.
    if (!path || name.empty()) return;
    give({*path, name, is_directory, false}, sink);
    const bool came = (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0;
    if (is_directory && (came || unwatched_.contains({event.wd, name}))) add_all({Place{event.wd, name}}, &sink);
  }

  [[nodiscard]] bool poll_is_due() const { return !unwatched_.empty() && Clock::now() >= poll_due_; }

  void poll_unwatched(const HintSink& sink) {
    if (!poll_is_due()) return;
    poll_due_ = Clock::now() + settings_.poll_interval;
    const std::vector<Place> places(unwatched_.begin(), unwatched_.end());
    for (const auto& place : places) {
      const auto parent = tree_.path_of(place.parent, root_.path());
      if (!parent) {
        if (!tree_.knows(place.parent)) unwatched_.erase(place);
        continue;
      }
      add_all({place}, &sink);
      if (unwatched_.contains(place)) give({entry_path(*parent, place.name), "", true, false}, sink);
    }
  }

  void give(Hint&& hint, const HintSink& sink) {
    ++counters_.hints;
    sink(std::move(hint));
  }

  const WatcherSettings settings_;
  WatchedRoot root_;
  MountsBelow mounts_;
  KernelWait waiter_;
  WatchCounters counters_;
  Fd inotify_;
  Fd root_fd_;  // Only while something is looked up.
  WatchTree tree_;
  std::set<Place> unwatched_;  // Polled instead; also all below them.
  std::vector<char> buffer_;
  Clock::time_point poll_due_;
  bool starting_ = false;
  bool look_at_root_ = false;
  bool lost_ = false;  // The root's watch is gone, and with it the root, even if another one stands there.
};

}  // namespace

std::unique_ptr<Watcher> make_inotify_watcher(const WatcherSettings& settings) {
  return std::make_unique<InotifyWatcher>(settings);
}

}  // namespace yestermail
