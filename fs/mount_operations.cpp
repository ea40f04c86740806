// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/mount_operations.h"

#define FUSE_USE_VERSION 312
#include <fuse_lowlevel.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "fs/safe_text.h"

namespace yestermail {
namespace {

constexpr unsigned kBackground = 64;
constexpr double kFixedSeconds = 86400;
constexpr double kAbsentSeconds = 60;

Mount& mount_of(fuse_req_t req) { return *static_cast<Mount*>(fuse_req_userdata(req)); }

NodeId node_of(fuse_ino_t ino) { return NodeId{ino}; }

double seconds(Lifetime lifetime) {
  if (lifetime == Lifetime::kNone) return 0;
  return lifetime == Lifetime::kLive ? kLiveSeconds : kFixedSeconds;
}

struct stat stat_of(const Mount& mount, const Node& node) {
  constexpr std::uint64_t kBlock = 512;
  const auto& from = node.attributes;
  struct stat to {};
  to.st_ino = node.id.value;
  to.st_mode = (from.directory ? S_IFDIR : S_IFREG) | from.mode;
  // A file has names at several instants: with a count of more than one, cp -a and tar keep them as hard links. Of a
  // directory 1 says that the number of its subdirectories is not known (as btrfs does).
  to.st_nlink = from.directory ? 1 : 2;
  to.st_uid = mount.shown_owner ? mount.shown_owner->uid : from.uid;
  to.st_gid = mount.shown_owner ? mount.shown_owner->gid : from.gid;
  to.st_size = static_cast<off_t>(from.size);
  to.st_blocks = static_cast<blkcnt_t>((from.size + kBlock - 1) / kBlock);
  to.st_blksize = 4096;
  auto whole = from.mtime_ns / kNanosPerSecond;
  auto rest = from.mtime_ns % kNanosPerSecond;
  if (rest < 0) {
    rest += kNanosPerSecond;
    --whole;
  }
  to.st_mtim = {whole, rest};
  to.st_atim = to.st_mtim;
  to.st_ctim = to.st_mtim;
  return to;
}

fuse_entry_param entry_of(const Mount& mount, const Node& node) {
  fuse_entry_param entry{};
  entry.ino = node.id.value;
  entry.generation = node.generation;
  entry.attr = stat_of(mount, node);
  entry.attr_timeout = seconds(node.attributes_valid);
  entry.entry_timeout = seconds(node.entry);
  return entry;
}

/// The one place where C calls C++: every request goes through here, and no exception comes out. `request` answers by
/// itself and returns 0, or returns the errno to answer with.
template <class F>
void answer(fuse_req_t req, Request kind, F&& request) noexcept {
  auto& mount = mount_of(req);
  int error_number = EIO;
  try {
    mount.tree.counters().count(kind);
    if (mount.last_use != nullptr) mount.last_use->note();
    error_number = request(mount);
  } catch (const Error& error) {
    error_number = errno_of(error.code());
    // Damage has been named already by whoever found it; absence is no news.
    if (error.code() != Errc::kDamage && error.code() != Errc::kNotFound) mount.log.error(error.what());
  } catch (const std::bad_alloc&) {
    error_number = ENOMEM;
  } catch (const std::exception& error) {
    mount.log.error(error.what());
  } catch (...) {
  }
  if (error_number == 0) return;
  if (error_number == EIO) mount.tree.counters().count(Request::kFailed);
  fuse_reply_err(req, error_number);
}

/// Whether the caller may know of the node.
bool is_shown(fuse_req_t req, fuse_ino_t ino) { return mount_of(req).gate.shows(fuse_req_ctx(req)->uid, node_of(ino)); }

int reply_absent(fuse_req_t req, Lifetime absence) {
  if (absence == Lifetime::kNone) return ENOENT;
  fuse_entry_param entry{};
  entry.entry_timeout = std::min(kAbsentSeconds, seconds(absence));
  fuse_reply_entry(req, &entry);
  return 0;
}

void on_init(void*, fuse_conn_info* conn) noexcept {
  const auto wanted = static_cast<unsigned>(FUSE_CAP_EXPORT_SUPPORT | FUSE_CAP_AUTO_INVAL_DATA | FUSE_CAP_ASYNC_READ |
                                            FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_READDIRPLUS);
  conn->want |= conn->capable & wanted;
  // Left to itself the kernel takes in names alone where a directory is read to its end before its files are, as cp and
  // tar do: it asks for each file by itself then, and takes no content ahead of a file that it does not know.
  conn->want &= ~static_cast<unsigned>(FUSE_CAP_READDIRPLUS_AUTO);
  conn->max_read = kReadBytes;
  conn->max_readahead = std::max(conn->max_readahead, kReadBytes);
  conn->max_background = kBackground;
  conn->congestion_threshold = kBackground * 3 / 4;
  conn->time_gran = 1;
}

void on_lookup(fuse_req_t req, fuse_ino_t parent, const char* name) {
  answer(req, Request::kLookup, [&](Mount& mount) {
    if (!is_shown(req, parent)) return ENOENT;
    const auto found = mount.tree.lookup(node_of(parent), name);
    // What is not for the caller is not there; what is not there for one may be there for another.
    if (found.node && !is_shown(req, found.node->id.value)) return ENOENT;
    if (!found.node) return mount.gate.is_sorted_out(node_of(parent)) ? ENOENT : reply_absent(req, found.absence);
    const auto entry = entry_of(mount, mount.gate.told(*found.node, node_of(parent)));
    mount.tree.learned(found.node->id);
    if (fuse_reply_entry(req, &entry) != 0) mount.tree.forgot(found.node->id, 1);
    return 0;
  });
}

void on_forget(fuse_req_t req, fuse_ino_t ino, std::uint64_t count) noexcept {
  mount_of(req).tree.forgot(node_of(ino), count);
  fuse_reply_none(req);
}

void on_forget_multi(fuse_req_t req, std::size_t count, fuse_forget_data* forgotten) noexcept {
  for (std::size_t i = 0; i < count; ++i) mount_of(req).tree.forgot(node_of(forgotten[i].ino), forgotten[i].nlookup);
  fuse_reply_none(req);
}

void on_getattr(fuse_req_t req, fuse_ino_t ino, fuse_file_info*) {
  answer(req, Request::kGetattr, [&](Mount& mount) {
    if (!is_shown(req, ino)) return EACCES;
    const auto node = mount.tree.node(node_of(ino));
    if (!node) return ESTALE;
    const auto attributes = stat_of(mount, *node);
    fuse_reply_attr(req, &attributes, seconds(node->attributes_valid));
    return 0;
  });
}

/// Reads need no handle: a node id says all. ENOSYS tells the kernel never to ask again, and to keep what it has
/// cached. Where it is written down who reads, each opening is asked for.
void on_open(fuse_req_t req, fuse_ino_t ino, fuse_file_info* info) {
  if (mount_of(req).audit == nullptr) {
    fuse_reply_err(req, ENOSYS);
    return;
  }
  answer(req, Request::kOther, [&](Mount& mount) {
    if (!is_shown(req, ino)) return EACCES;
    const auto* const caller = fuse_req_ctx(req);
    mount.audit->opened(caller->uid, caller->pid, node_of(ino));
    info->keep_cache = 1;
    fuse_reply_open(req, info);
    return 0;
  });
}

void on_read(fuse_req_t req, fuse_ino_t ino, std::size_t size, off_t offset, fuse_file_info*) {
  answer(req, Request::kRead, [&](Mount& mount) {
    if (offset < 0) return EINVAL;
    if (offset == 0) mount.prefetcher->begun(node_of(ino));
    // Kept for the thread: getting its pages anew takes longer than to fill them.
    static thread_local const auto kBuffer = std::make_unique_for_overwrite<std::byte[]>(kReadBytes);
    const auto most = std::min<std::size_t>(size, kReadBytes);
    const auto got = mount.tree.read(node_of(ino), static_cast<std::uint64_t>(offset), {kBuffer.get(), most});
    fuse_reply_buf(req, reinterpret_cast<const char*>(kBuffer.get()), got);
    return 0;
  });
}

/// Directories are opened for real: only so can a fixed listing stay in the kernel and a live one never.
void on_opendir(fuse_req_t req, fuse_ino_t ino, fuse_file_info* info) {
  answer(req, Request::kOther, [&](Mount& mount) {
    if (!is_shown(req, ino)) return EACCES;
    const bool fixed = mount.tree.is_list_fixed(node_of(ino)) && !mount.gate.is_sorted_out(node_of(ino));
    info->cache_readdir = fixed ? 1 : 0;
    info->keep_cache = fixed ? 1 : 0;
    info->fh = mount.directories.open();
    if (fuse_reply_open(req, info) != 0) mount.directories.close(info->fh);
    return 0;
  });
}

void on_releasedir(fuse_req_t req, fuse_ino_t, fuse_file_info* info) noexcept {
  mount_of(req).directories.close(info->fh);
  fuse_reply_err(req, 0);
}

/// Fills one reply with entries. The names go through one last test: one that the kernel does not take would make the
/// whole directory unreadable.
class ReplyBuffer {
 public:
  ReplyBuffer(fuse_req_t req, std::size_t size, bool plus)
      : req_(req), size_(size), plus_(plus), bytes_(std::make_unique_for_overwrite<char[]>(size)) {}

  bool add(Mount& mount, const Entry& entry) {
    const bool dots = entry.name == "." || entry.name == "..";
    const std::string name(entry.name);
    if (!dots && !is_entry_name(name)) {
      mount.log.error("left out of a listing, since no file can have this name: " + printable(name));
      return true;
    }
    auto param = entry_of(mount, entry.node);
    // Without an id the kernel learns the name alone, and looks it up when somebody wants more.
    const bool learned = !dots && entry.node.whole;
    if (!learned) param.ino = 0;
    const auto next = static_cast<off_t>(entry.cursor);
    const auto needed = plus_ ? fuse_add_direntry_plus(req_, at(), left(), name.c_str(), &param, next)
                              : fuse_add_direntry(req_, at(), left(), name.c_str(), &param.attr, next);
    if (needed > left()) return false;
    used_ += needed;
    ++count_;
    if (!plus_ || !learned) return true;
    if (entry.node.attributes.directory) {
      learned_.push_back(entry.node.id);
    } else if (entry.node.attributes_valid == Lifetime::kFixed) {  // A recorded one.
      mount.prefetcher->told({entry.node.id, entry.node.attributes.size});
    }
    return true;
  }

  [[nodiscard]] std::size_t count() const { return count_; }

  void send(Mount& mount) {
    for (const auto id : learned_) mount.tree.learned(id);
    if (fuse_reply_buf(req_, bytes_.get(), used_) == 0) return;
    for (const auto id : learned_) mount.tree.forgot(id, 1);
  }

 private:
  char* at() { return bytes_.get() + used_; }
  [[nodiscard]] std::size_t left() const { return size_ - used_; }

  fuse_req_t req_;
  const std::size_t size_;
  const bool plus_;
  std::unique_ptr<char[]> bytes_;
  std::size_t used_ = 0;
  std::size_t count_ = 0;
  std::vector<NodeId> learned_;
};

/// A listing that begins at the start of the directory shows what is there now.
void begin_where_new(DirectoryHandle& handle, off_t offset, Mount& mount) {
  if (offset != 0 && handle.pinned != Instant{}) return;
  handle.pinned = mount.tree.present();
  handle.end = kNoCursor;
  handle.ahead.clear();
}

/// While the caller works on `told` entries. What goes wrong here goes wrong again where somebody asks for it.
void list_ahead(DirectoryHandle& handle, std::uint64_t cursor, std::size_t told, const ListedAhead::List& more) {
  try {
    handle.ahead.fill(cursor, told, more);
  } catch (const std::exception&) {
    handle.ahead.clear();
  }
}

void list(fuse_req_t req, fuse_ino_t ino, std::size_t size, off_t offset, fuse_file_info* info, bool plus) {
  answer(req, plus ? Request::kListPlus : Request::kList, [&](Mount& mount) {
    if (!is_shown(req, ino)) return EACCES;
    const auto handle = mount.directories.find(info->fh);
    if (!handle) return EBADF;
    const std::lock_guard lock(handle->mutex);
    begin_where_new(*handle, offset, mount);
    const auto cursor = static_cast<std::uint64_t>(std::max<off_t>(offset, 0));
    ReplyBuffer buffer(req, std::min<std::size_t>(size, kReadBytes), plus);
    auto last = cursor;
    bool whole = true;
    bool there = true;
    const auto more = [&](std::uint64_t behind, const EntrySink& sink) {
      there = mount.tree.list(node_of(ino), handle->pinned, behind, sink);
    };
    // The kernel asks once more behind the last entry. That is half of all requests of who walks a tree.
    if (handle->end != cursor) {
      const auto tell = [&](const Entry& entry) {
        if (!is_shown(req, entry.node.id.value)) return true;
        const auto node = mount.gate.told(entry.node, node_of(ino));
        whole = buffer.add(mount, {entry.name, node, entry.cursor});
        if (whole) last = entry.cursor;
        return whole;
      };
      handle->ahead.list(cursor, tell, more);
      if (!there) return ESTALE;
      if (whole) handle->end = last;
    }
    buffer.send(mount);
    if (!whole) list_ahead(*handle, last, buffer.count(), more);
    return 0;
  });
}

void on_readdir(fuse_req_t req, fuse_ino_t ino, std::size_t size, off_t offset, fuse_file_info* info) {
  list(req, ino, size, offset, info, false);
}

void on_readdirplus(fuse_req_t req, fuse_ino_t ino, std::size_t size, off_t offset, fuse_file_info* info) {
  list(req, ino, size, offset, info, true);
}

void on_statfs(fuse_req_t req, fuse_ino_t) {
  struct statvfs figures {};
  figures.f_bsize = 4096;
  figures.f_frsize = 4096;
  figures.f_namemax = 255;
  fuse_reply_statfs(req, &figures);
}

/// Every call that would change something, whatever its arguments.
template <class... Arguments>
void refuse_write(fuse_req_t req, Arguments...) {
  fuse_reply_err(req, EROFS);
}

}  // namespace

fuse_lowlevel_ops mount_operations() {
  fuse_lowlevel_ops operations{};
  operations.init = on_init;
  operations.lookup = on_lookup;
  operations.forget = on_forget;
  operations.forget_multi = on_forget_multi;
  operations.getattr = on_getattr;
  operations.open = on_open;
  operations.read = on_read;
  operations.opendir = on_opendir;
  operations.readdir = on_readdir;
  operations.readdirplus = on_readdirplus;
  operations.releasedir = on_releasedir;
  operations.statfs = on_statfs;
  operations.setattr = refuse_write;
  operations.mknod = refuse_write;
  operations.mkdir = refuse_write;
  operations.unlink = refuse_write;
  operations.rmdir = refuse_write;
  operations.symlink = refuse_write;
  operations.rename = refuse_write;
  operations.link = refuse_write;
  operations.write = refuse_write;
  operations.create = refuse_write;
  operations.setxattr = refuse_write;
  operations.removexattr = refuse_write;
  operations.fallocate = refuse_write;
  operations.copy_file_range = refuse_write;
  return operations;  // What is left out answers ENOSYS: so xattrs cost one request for the whole mount.
}

}  // namespace yestermail
