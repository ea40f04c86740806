// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_mount.h"

#include <array>
#include <charconv>

#include "base/error.h"
#include "fs/mount.h"
#include "scanner/scan.h"
#include "tools/daemon.h"
#include "tools/mount_finder.h"
#include "tools/mount_log.h"
#include "tools/store_location.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 5> kOptions{{
    kStoreOption,
    {"options", 'o', "OPT,...", "mount options: log=FILE, threads=N and those of FUSE, as allow_other", true},
    {"foreground", 'f', "", "stay in the foreground; log to standard error", false},
    {"threads", 't', "N", "serve at most N requests at once (default 4)", false},
    {"log", 'l', "FILE", "log to FILE instead of the system's log", false},
}};

constexpr std::uint64_t kMostThreads = 1024;

/// What was asked for: the mount's own options and where its log goes.
struct Request {
  MountOptions mount;
  std::optional<std::string> log;
  bool foreground = false;
};

/// Options that mount(8) passes or keeps in fstab and that mean nothing here. "rw" is among them, since it passes that
/// for every entry without "ro"; the mount is read-only all the same.
bool is_of_fstab(std::string_view option) {
  for (const auto* word : {"defaults", "auto", "noauto", "user", "nouser", "users", "_netdev", "nofail", "rw"}) {
    if (option == word) return true;
  }
  return option.starts_with("x-") || option.starts_with("comment=");
}

void take_option(const std::string& option, Request& request) {
  if (option.empty() || is_of_fstab(option)) return;
  if (option.starts_with("log=")) {
    request.log = option.substr(4);
    if (request.log->empty()) throw Error(Errc::kUsage, "-o log= needs a file: log=FILE");
  } else if (option.starts_with("threads=")) {
    const auto* end = option.data() + option.size();
    const auto [stop, failed] = std::from_chars(option.data() + 8, end, request.mount.threads);
    if (failed != std::errc{} || stop != end || request.mount.threads == 0 || request.mount.threads > kMostThreads) {
      throw Error(Errc::kUsage, "-o " + printable(option) + ": is no number from 1 to " + std::to_string(kMostThreads));
    }
  } else {
    request.mount.fuse_options.push_back(option);
  }
}

Request read_request(const Arguments& arguments, const Environment& env) {
  arguments.at_most_words(2);
  const auto& words = arguments.words();
  if (words.empty()) throw Error(Errc::kUsage, "no mountpoint given: yestermail mount STORE MOUNTPOINT");
  if (words.size() == 2 && arguments.has("store")) {
    throw Error(Errc::kUsage, "the store is given twice: leave out --store or \"" + printable(words[0]) + "\"");
  }
  Request request;
  const auto store = words.size() == 2 ? std::optional<std::string>(words[0]) : arguments.value("store");
  // The process in the background has another working directory.
  request.mount.store_path = absolute_path(store_path(store, env));
  request.mount.mountpoint = absolute_path(words.back());
  request.mount.fuse_device = env.fuse_device;
  for (const auto& list : arguments.values("options")) {
    for (std::size_t from = 0; from <= list.size();) {
      const auto comma = std::min(list.find(',', from), list.size());
      take_option(list.substr(from, comma - from), request);
      from = comma + 1;
    }
  }
  if (const auto threads = arguments.number("threads", 1, kMostThreads)) {
    request.mount.threads = static_cast<unsigned>(*threads);
  }
  if (const auto log = arguments.value("log")) request.log = log;
  if (request.log) request.log = absolute_path(*request.log);
  request.foreground = arguments.has("foreground");
  return request;
}

std::unique_ptr<Log> make_log(const Request& request, Environment& env) {
  if (request.log) return std::make_unique<FileLog>(*request.log, env.clock);
  if (request.foreground) return std::make_unique<StreamLog>(env.err);
  return std::make_unique<SystemLog>();
}

/// Serves until it is unmounted. What goes wrong after `ready` has nobody to be thrown at in the background: it is
/// logged.
void serve(const Request& request, Environment& env, const std::function<void()>& ready) {
  const auto log = make_log(request, env);
  const auto view = open_view(store_world(env, *log), request.mount.store_path);
  bool is_ready = false;
  try {
    MountFinder finder({env.disk, *view, *log, env.cores}, env.clock, request.mount.store_path,
                       temporary_directory(env));
    auto options = request.mount;
    options.finder = &finder;
    serve_mount(*view, env.clock, *log, options, [&] {
      is_ready = true;
      ready();
    });
  } catch (const Error& error) {
    if (is_ready && !request.foreground) log->error(error.what());
    throw;
  }
}

int run_mount(const Arguments& arguments, Environment& env) {
  auto request = read_request(arguments, env);
  StreamLog log(env.err);
  const auto world = store_world(env, log);
  request.mount.store_id = read_store_id(world, request.mount.store_path).hex();
  request.mount.source_paths = source_roots(read_store_settings(world, request.mount.store_path).sources);
  check_mountpoint(request.mount);
  if (!request.foreground) {
    run_in_background(env, [&](const std::function<void()>& ready) { serve(request, env, ready); });
    return 0;
  }
  serve(request, env, [&] {
    env.out << "mounted at " << printable(request.mount.mountpoint) << "; Ctrl-C or umount ends it\n" << std::flush;
  });
  return 0;
}

}  // namespace

const Command kMount{
    "mount",
    "show the history as a filesystem",
    "[STORE] MOUNTPOINT [-o OPT,...] [--foreground]",
    "Mounts the store, read-only, on an empty directory: every account at every time, "
    "as folders and files. The command returns when the mount can be used; it goes on "
    "in the background until \"umount MOUNTPOINT\" or \"fusermount3 -u MOUNTPOINT\".",
    kOptions,
    run_mount,
};

}  // namespace yestermail
