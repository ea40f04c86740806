// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "scanner/watch/handle_paths.h"
#include "scanner/watch/kernel_wait.h"
#include "scanner/watch/mounts_below.h"
#include "scanner/watch/watch_counters.h"
#include "scanner/watch/watched_root.h"
#include "scanner/watch/watcher.h"

namespace yestermail {
namespace {

constexpr std::size_t kFanotifyBufferSize = 65'536;
constexpr std::uint64_t kMoved = FAN_RENAME | FAN_MOVED_FROM | FAN_MOVED_TO;

/// One event as the kernel wrote it.
struct RawEvent {
  fanotify_event_metadata head{};
  std::string_view records;
};

/// Where something happened: the handle (type, bytes) of a directory, and a name in it.
struct HandlePlace {
  std::string_view handle;
  std::string_view name;
};

template <class T>
T read_as(std::string_view bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// Takes the first record off `records`; false at their end. `place` stays empty where it is of another kind.
bool take_record(std::string_view& records, HandlePlace& place) {
  constexpr std::size_t kHandleAt = sizeof(fanotify_event_info_fid);
  constexpr std::size_t kBytesAt = kHandleAt + sizeof(file_handle);
  place = {};
  if (records.size() < sizeof(fanotify_event_info_header)) return false;
  const auto head = read_as<fanotify_event_info_header>(records, 0);
  if (head.len < sizeof head || head.len > records.size()) return false;
  const auto record = records.substr(0, head.len);
  records.remove_prefix(head.len);
  const bool named = head.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME ||
                     head.info_type == FAN_EVENT_INFO_TYPE_OLD_DFID_NAME ||
                     head.info_type == FAN_EVENT_INFO_TYPE_NEW_DFID_NAME;
  if (!named || record.size() < kBytesAt) return true;
  const std::size_t size = read_as<unsigned>(record, kHandleAt);
  if (size >= record.size() - kBytesAt) return true;
  // The type stands before the bytes: together they are what tells one directory from another.
  place.handle = record.substr(kBytesAt - sizeof(int), sizeof(int) + size);
  place.name = record.substr(kBytesAt + size);
  place.name = place.name.substr(0, place.name.find('\0'));
  return true;
}

Fd start_group() {
  Fd group(::fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY));
  if (group.valid()) return group;
  switch (errno) {
    case EPERM: throw Error(Errc::kIo, "fanotify: refused; CAP_SYS_ADMIN is needed");
    case ENOSYS:
    case EINVAL: throw Error(Errc::kUnsupported, "fanotify: Linux 5.9 or newer is needed");
    case EMFILE: throw Error(Errc::kNoSpace, "fanotify: too many groups; see fs.fanotify.max_user_groups");
    default: throw_errno(errno, "fanotify");
  }
}

void mark_file_system(int group, const std::string& path) {
  constexpr std::uint64_t kCommon = FAN_CREATE | FAN_DELETE | FAN_CLOSE_WRITE | FAN_ATTRIB | FAN_ONDIR;
  const auto mark = [&](std::uint64_t mask) {
    return ::fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, mask, AT_FDCWD, path.c_str()) == 0;
  };
  if (mark(kCommon | FAN_RENAME)) return;
  // Before Linux 5.17 a rename comes in two halves.
  if (errno == EINVAL && mark(kCommon | FAN_MOVED_FROM | FAN_MOVED_TO)) return;
  const auto what = "fanotify: " + printable(path);
  switch (errno) {
    case EPERM: throw Error(Errc::kIo, what + ": refused; CAP_SYS_ADMIN is needed");
    case EOPNOTSUPP:
    case ENODEV:
    case EXDEV:
    case EINVAL: throw Error(Errc::kUnsupported, what + ": this kind of file system cannot be watched as a whole");
    case ENOSPC: throw Error(Errc::kNoSpace, what + ": too many marks; see fs.fanotify.max_user_marks");
    default: throw_errno(errno, what);
  }
}

class FanotifyWatcher final : public Watcher {
 public:
  explicit FanotifyWatcher(const WatcherSettings& settings)
      : root_(settings.root),
        mounts_(root_, settings.matters),
        paths_(root_, settings.matters),
        buffer_(kFanotifyBufferSize) {
    if (const auto why = why_not_told(root_.open(O_PATH).get()); !why.empty())
      throw Error(Errc::kUnsupported, "fanotify: " + why);
    if (!mounts_.all().empty())
      throw Error(Errc::kUnsupported, "fanotify: " + printable(mounts_.all().front()) +
                                          ": another file system is mounted there; give it a source of its own");
    paths_.check_permission();
    group_ = start_group();
    mark_file_system(group_.get(), root_.path());
    // Marked by name: only now is it known whether that was still the same file system.
    if (!root_.is_there(true)) throw Error(Errc::kNotFound, printable(root_.path()) + ": went away meanwhile");
  }

  [[nodiscard]] WatchMethod method() const override { return WatchMethod::kFanotify; }

  bool wait(std::chrono::milliseconds timeout, const HintSink& sink) override {
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (is_there()) {
      const auto woken_by = waiter_.wait(group_.get(), std::min(end, root_.next_look()));
      const auto before = counters_.hints.load();
      drain(sink);
      if (!paths_.let_go() && !root_.is_there(true)) break;
      // Most of what happens in a file system is nothing to the caller, who need not wake for it.
      const bool is_over = woken_by == KernelWait::End::kWoken || std::chrono::steady_clock::now() >= end;
      if (is_over || counters_.hints != before) return true;
    }
    return false;
  }

  void wake() override { waiter_.wake(); }
  [[nodiscard]] WatcherFigures figures() const override { return counters_.figures(); }

 private:
  /// Where something else was mounted below the root, this is not the tree any more that one mark covers.
  bool is_there() {
    const bool looks = std::chrono::steady_clock::now() >= root_.next_look();
    if (looks && mounts_.look_again() && !mounts_.all().empty()) outgrown_ = true;
    return !outgrown_ && root_.is_there();
  }

  /// Takes what is queued now, and not for ever what others add meanwhile.
  void drain(const HintSink& sink) {
    int queued = 0;
    if (::ioctl(group_.get(), FIONREAD, &queued) != 0) throw_errno(errno, "fanotify");
    // The kernel counts an event as its head alone, or as all of it: this is not less than their number.
    for (auto left = static_cast<std::size_t>(queued) / FAN_EVENT_METADATA_LEN; left > 0;) {
      const auto size = ::read(group_.get(), buffer_.data(), buffer_.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      if (size < 0) throw_errno(errno, "fanotify");
      left -= std::min(left, take_events({buffer_.data(), static_cast<std::size_t>(size)}, sink));
    }
  }

  std::size_t take_events(std::string_view bytes, const HintSink& sink) {
    std::size_t count = 0;
    while (bytes.size() >= FAN_EVENT_METADATA_LEN) {
      RawEvent event{read_as<fanotify_event_metadata>(bytes, 0), {}};
      if (event.head.vers != FANOTIFY_METADATA_VERSION || event.head.event_len < event.head.metadata_len ||
          event.head.event_len > bytes.size())
        throw Error(Errc::kUnsupported, "fanotify: events of a version that is not known");
      event.records = bytes.substr(event.head.metadata_len, event.head.event_len - event.head.metadata_len);
      bytes.remove_prefix(event.head.event_len);
      take_event(event, sink);
      ++count;
    }
    counters_.events += count;
    return count;
  }

  void take_event(const RawEvent& event, const HintSink& sink) {
    if ((event.head.mask & FAN_Q_OVERFLOW) != 0) {
      ++counters_.overflows;
      paths_.forget_all();  // A rename may be among what was dropped.
      give({root_.path(), "", true, true}, sink);
      return;
    }
    const bool is_directory = (event.head.mask & FAN_ONDIR) != 0;
    bool matters = false;
    auto records = event.records;
    for (HandlePlace place; take_record(records, place);) {
      if (place.handle.empty()) continue;
      const auto& directory = paths_.find(place.handle);
      if (!directory.matters) continue;
      matters = true;
      tell(directory, place.name, is_directory, sink);
    }
    // Paths of all below it have changed. A directory that is made or removed changes no other's path, and its handle
    // is not given to another one.
    if (matters && is_directory && (event.head.mask & kMoved) != 0) paths_.forget_all();
  }

  void tell(const HandlePaths::Directory& directory, std::string_view name, bool is_directory, const HintSink& sink) {
    if (directory.above) return give({directory.path, "", true, true}, sink);
    if (name != ".") return give({directory.path, std::string(name), is_directory, false}, sink);
    // The directory itself; what the root is like is nobody's affair.
    if (directory.path == root_.path()) return;
    const auto slash = directory.path.rfind('/');
    give({directory.path.substr(0, std::max<std::size_t>(slash, 1)), directory.path.substr(slash + 1), true, false},
         sink);
  }

  void give(Hint&& hint, const HintSink& sink) {
    ++counters_.hints;
    sink(std::move(hint));
  }

  WatchedRoot root_;
  MountsBelow mounts_;
  HandlePaths paths_;
  KernelWait waiter_;
  WatchCounters counters_;
  Fd group_;
  std::vector<char> buffer_;
  bool outgrown_ = false;
};

}  // namespace

std::unique_ptr<Watcher> make_fanotify_watcher(const WatcherSettings& settings) {
  return std::make_unique<FanotifyWatcher>(settings);
}

}  // namespace yestermail
