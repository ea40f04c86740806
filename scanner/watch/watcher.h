// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace yestermail {

/// What a watcher noticed. It says "look again there", never what happened: events are merged, and old when they come.
struct Hint {
  std::string directory;      ///< absolute path, as the directory is named when the hint is given
  std::string name;           ///< the entry to look at; empty: the directory itself and all below it
  bool is_directory = false;  ///< the entry is a directory, or was one: it may have come with all that is below it
  bool missed = false;        ///< with an empty name: changes there may have gone by unnoticed
};
using HintSink = std::function<void(Hint&&)>;

/// How a source is watched, best first.
enum class WatchMethod : std::uint8_t {
  kFanotify,  ///< the kernel tells of every change of the file system by name; new directories without a race
  kInotify,   ///< the kernel tells of changes in each watched directory; a new one is watched, then looked through
  kPolling,   ///< the kernel does not tell: all is looked through again and again
};
std::string_view method_name(WatchMethod method);  ///< "fanotify", "inotify", "polling"

/// Whether what happens in a directory matters, so that a watcher can leave out the others. Told absolute paths of
/// directories. Pure; called from the watcher's thread.
using DirectoryFilter = std::function<bool(const std::string& directory)>;

struct WatcherFigures {
  std::uint64_t events = 0;       ///< read from the kernel so far
  std::uint64_t hints = 0;        ///< given so far
  std::uint64_t overflows = 0;    ///< times that the kernel dropped events
  std::uint64_t directories = 0;  ///< watched one by one; 0 where the file system is watched as a whole
  std::uint64_t unwatched = 0;    ///< of those, at present: cannot be watched, and are polled instead
};

/// Tells of changes below one directory, its root. From the return of the function that made it on, every change that
/// is there afterwards leads to a hint, or to a hint with `missed` for a directory above it: whoever looks through all
/// of the root now and then follows the hints has everything. What a process writes into a file in place is told when
/// it closes the file; a new mtime alone, without an atime, may not be told. One thread uses it, but for wake() and
/// figures().
class Watcher {
 public:
  virtual ~Watcher() = default;

  [[nodiscard]] virtual WatchMethod method() const = 0;

  /// Waits at most `timeout` for something to be there, then hands out what was queued up to that moment: after a
  /// change happened, the next call but one that returns has handed out its hints (polling: those at its next turn).
  /// False: the root is gone (unmounted, removed, another file system under its name), and this watcher is of no use
  /// any more; told within a few seconds.
  virtual bool wait(std::chrono::milliseconds timeout, const HintSink& sink) = 0;

  /// Ends a wait() early. From any thread.
  virtual void wake() = 0;

  /// From any thread.
  [[nodiscard]] virtual WatcherFigures figures() const = 0;
};

struct WatcherSettings {
  std::string root;         ///< absolute; a directory
  DirectoryFilter matters;  ///< true for the root and for every directory in or below which something may matter
  std::chrono::milliseconds poll_interval{10'000};
  std::uint64_t most_directories = 0;  ///< inotify: to watch one by one; 0: as many as the system lets us
};

/// Each throws Error that says in one line why it cannot be had here; where the root is missing, kNotFound.
std::unique_ptr<Watcher> make_fanotify_watcher(const WatcherSettings& settings);
std::unique_ptr<Watcher> make_inotify_watcher(const WatcherSettings& settings);
std::unique_ptr<Watcher> make_polling_watcher(const WatcherSettings& settings);

/// The best one that can be had, and why it is not a better one (empty for fanotify). `first` is the best to try.
struct ChosenWatcher {
  std::unique_ptr<Watcher> watcher;
  std::string why;  ///< printable, one line
};
ChosenWatcher choose_watcher(const WatcherSettings& settings, WatchMethod first = WatchMethod::kFanotify);

}  // namespace yestermail
