// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_mount.h"

#include <array>

#include "base/error.h"
#include "fs/mount.h"
#include "policy/snapshots.h"
#include "scanner/scan.h"
#include "store/check.h"
#include "tools/daemon.h"
#include "tools/mount_finder.h"
#include "tools/mount_log.h"
#include "tools/mount_request.h"
#include "tools/store_location.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 9> kMountOptions{{
    kStoreOption,
    {"options", 'o', "OPT,...", "mount options: those below, as log=FILE, and those of FUSE, as allow_other", true},
    {"foreground", 'f', "", "stay in the foreground; log to standard error", false},
    {"threads", 't', "N", "serve at most N requests at once (default 4)", false},
    {"log", 'l', "FILE", "log to FILE instead of the system's log", false},
    {"account", 'a', "ACCOUNT", "this account alone, for one user; needs --uid and root", false},
    {"uid", 'u', "USER", "the user who sees --account, by name or number", false},
    {"idle", 'i', "TIME", "unmount after this time without use, as 30m", false},
    {"audit", 'A', "FILE", "write a line to FILE for each file that is opened: who, and which", false},
}};

std::unique_ptr<Log> make_log(const MountRequest& request, Environment& env) {
  if (request.log) return std::make_unique<FileLog>(*request.log, env.clock);
  if (request.foreground) return std::make_unique<StreamLog>(env.err);
  return std::make_unique<SystemLog>();
}

NamedInstants named_instants(View& view, Log& log) {
  return [&view, &log] {
    std::vector<NamedInstant> all;
    for (const auto& snapshot : readable_snapshots(view, log)) {
      all.push_back({snapshot.name, snapshot.at, snapshot.item.value});
    }
    return all;
  };
}

/// Serves until it is unmounted. What goes wrong after `ready` has nobody to be thrown at in the background: it is
/// logged.
void serve(const MountRequest& request, Environment& env, const std::function<void()>& ready) {
  const auto log = make_log(request, env);
  auto options = request.mount;
  std::optional<FileLog> audit;
  if (request.audit) {
    audit.emplace(*request.audit, env.clock);
    options.audit = [&](std::string_view line) { audit->note(line); };
  }
  const auto view = open_view(store_world(env, *log), request.mount.store_path);
  options.named = named_instants(*view, *log);
  options.checks = [&] { return check_state(store_world(env, *log), request.mount.store_path); };
  bool is_ready = false;
  try {
    MountFinder finder({env.disk, *view, *log, env.cores}, env.clock, request.mount.store_path,
                       temporary_directory(env));
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

/// One that never was would be an empty mount, for ever.
void check_account(View& view, const SingleAccount& single) {
  for (const auto at : {kForever, view.last_instant()}) {
    if (view.account_named(single.account, at)) return;
  }
  for (const auto hour : view.active_hours()) {
    if (view.account_named(single.account, hour)) return;
  }
  throw Error(Errc::kNotFound,
              "no account " + printable(single.account) + " was ever recorded: see yestermail accounts");
}

int run_mount(const Arguments& arguments, Environment& env) {
  auto request = read_mount_request(arguments, env);
  StreamLog log(env.err);
  const auto world = store_world(env, log);
  request.mount.store_id = read_store_id(world, request.mount.store_path).hex();
  request.mount.source_paths = source_roots(read_store_settings(world, request.mount.store_path).sources);
  check_mountpoint(request.mount);
  if (request.mount.single) check_account(*open_view(world, request.mount.store_path), *request.mount.single);
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

const Command kMountCommand{
    "mount",
    "show the history as a filesystem",
    "[STORE] MOUNTPOINT [-o OPT,...] [--foreground] [--account ACCOUNT --uid USER]",
    "Mounts the store, read-only, on an empty directory: every account at every time, "
    "as folders and files. The command returns when the mount can be used; it goes on "
    "in the background until \"umount MOUNTPOINT\" or \"fusermount3 -u MOUNTPOINT\".",
    kMountOptions,
    run_mount,
};

}  // namespace yestermail
