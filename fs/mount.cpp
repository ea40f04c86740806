// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/mount.h"

#define FUSE_USE_VERSION 312
#include <fuse_lowlevel.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/c_ptr.h"
#include "base/error.h"
#include "fs/mount_info.h"
#include "fs/mount_keeper.h"
#include "fs/mount_operations.h"
#include "fs/mount_options.h"
#include "fs/mountpoint.h"
#include "fs/safe_text.h"
#include "fs/session_watch.h"
#include "fs/tree.h"

namespace yestermail {
namespace {

constexpr unsigned kFewestThreads = 4;

using Session = CPtr<fuse_session, fuse_session_destroy>;

bool is_shared(const MountOptions& options) {
  const auto all = mount_options(options.fuse_options);
  return std::find(all.begin(), all.end(), "allow_other") != all.end();
}

Session make_session(Mount& mount, const MountOptions& options) {
  std::vector<std::string> words{"yestermail"};
  auto wanted = mount_options(options.fuse_options);
  if (options.single && !is_shared(options)) wanted.emplace_back("allow_other");
  for (const auto& option : wanted) {
    words.emplace_back("-o");
    words.push_back(option);
  }
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  fuse_args args{static_cast<int>(words.size()), pointers.data(), 0};
  const auto operations = mount_operations();
  Session session(fuse_session_new(&args, &operations, sizeof operations, &mount));
  fuse_opt_free_args(&args);
  if (!session) throw Error(Errc::kUsage, "FUSE does not take one of the mount options; see the line above");
  return session;
}

/// From its making to its end a signal ends the session, not the process.
class SignalHandlers {
 public:
  explicit SignalHandlers(fuse_session* session) : session_(session) {
    if (fuse_set_signal_handlers(session) != 0) throw Error(Errc::kFailed, "cannot set the signal handlers of a mount");
  }
  SignalHandlers(const SignalHandlers&) = delete;
  SignalHandlers& operator=(const SignalHandlers&) = delete;
  ~SignalHandlers() { fuse_remove_signal_handlers(session_); }

 private:
  fuse_session* session_;
};

/// Mounted from its making to its end.
class Mounted {
 public:
  Mounted(fuse_session* session, const std::string& path) : session_(session) {
    if (fuse_session_mount(session, path.c_str()) != 0) {
      throw Error(Errc::kFailed, "cannot mount on \"" + printable(path) +
                                     "\"; see the line above (an ordinary user needs fusermount3)");
    }
  }
  Mounted(const Mounted&) = delete;
  Mounted& operator=(const Mounted&) = delete;
  ~Mounted() { fuse_session_unmount(session_); }

 private:
  fuse_session* session_;
};

/// The listing of a large directory and the blobs that it reads come and go in pieces of megabytes. Left to itself
/// glibc keeps such pieces in each thread's arena: several times what is in use. Fixed thresholds give them back at
/// once. One arena for all: the others grow a few pages at a time, by a call that takes longer than to fill them; the
/// main one by a MiB.
void give_memory_back() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
  mallopt(M_TRIM_THRESHOLD, 1 << 20);
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TOP_PAD, 1 << 20);
#endif
}

/// The kernel reads ahead 128 KiB unless it is told otherwise, which only root may.
void raise_readahead(const std::string& path) {
  if (const auto mount = find_mount(path)) {
    std::ofstream setting("/sys/class/bdi/" + mount->device + "/read_ahead_kb");
    setting << kReadBytes / 1024;
  }
}

GateRules gate_rules(const MountOptions& options) {
  GateRules rules;
  rules.mounter = ::geteuid();
  rules.shared = is_shared(options);
  if (options.single) {
    rules.only = options.single->account;
    rules.who = options.single->uid;
  }
  return rules;
}

void serve_as_owner_of(const std::string& store) {
  struct stat status {};
  if (::stat(store.c_str(), &status) != 0) throw_errno(errno, printable(store));
  give_up_rights(status.st_uid, status.st_gid);
}

/// Whole files into the kernel's page cache, for as long as it is mounted. The kernel refuses what it does not know any
/// more.
void push_contents(fuse_session* session, Tree& tree, std::span<const NodeId> files) {
  bool mounted = true;
  tree.contents(files, [&](NodeId file, ByteView content) {
    if (!mounted || fuse_session_exited(session) != 0) return;
    fuse_bufvec one{};
    one.count = 1;
    one.buf[0].size = content.size();
    one.buf[0].mem = const_cast<std::byte*>(content.data());  // It is only read.
    const int result = fuse_lowlevel_notify_store(session, file.value, 0, &one, fuse_buf_copy_flags{});
    if (result == 0) tree.counters().count(Request::kPushed);
    mounted = result == 0 || result == -ENOENT;
  });
}

void run_loop(fuse_session* session, unsigned threads) {
  const CPtr<fuse_loop_config, fuse_loop_cfg_destroy> config(fuse_loop_cfg_create());
  if (!config) throw std::bad_alloc();
  const auto count = std::max(threads, kFewestThreads);
  fuse_loop_cfg_set_max_threads(config.get(), count);
  fuse_loop_cfg_set_idle_threads(config.get(), count);
  fuse_loop_cfg_set_clone_fd(config.get(), 1);
  const LoopWatch watch([session] { return fuse_session_exited(session) != 0; });
  // Positive: the signal that ended it.
  const int result = fuse_session_loop_mt(session, config.get());
  if (result < 0) throw_errno(-result, "the mount ended");
}

}  // namespace

void serve_mount(View& view, const Clock& clock, Log& log, const MountOptions& options,
                 const std::function<void()>& ready) {
  check_mountpoint(options);
  give_memory_back();
  const auto path = mountpoint_path(options.mountpoint);
  TreeSettings settings;
  settings.closed = is_closed(options.fuse_options);
  settings.store_id = options.store_id;
  settings.owner = {::geteuid(), ::getegid()};
  settings.named = options.named;
  settings.checks = options.checks;
  settings.finder = options.finder;
  Tree tree(view, clock, log, settings);
  Gate gate(view, gate_rules(options));
  Audit audit(view, options.audit);
  LastUse last_use;
  Mount mount{tree, RepeatLog(log, clock), gate};
  if (options.single) mount.shown_owner = Owner{options.single->uid, options.single->gid};
  if (options.audit) mount.audit = &audit;
  if (options.idle.count() > 0) mount.last_use = &last_use;
  const auto session = make_session(mount, options);
  const SavedSignals saved;
  const SignalHandlers handlers(session.get());
  std::optional<MountKeeper> keeper;
  const Mounted mounted(session.get(), path);
  // Ends before the session's descriptor is closed.
  Prefetcher prefetcher([&](std::span<const NodeId> files) { push_contents(session.get(), tree, files); });
  mount.prefetcher = &prefetcher;
  raise_readahead(path);
  if (options.single) {
    keeper.emplace(path);
    serve_as_owner_of(options.store_path);
  }
  std::optional<IdleWatch> idle;
  if (options.idle.count() > 0) {
    idle.emplace(last_use, options.idle, [&] { keeper ? keeper->unmount_if_unused() : unmount_if_unused(path); });
  }
  ready();
  run_loop(session.get(), options.threads);
}

}  // namespace yestermail
