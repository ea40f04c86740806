// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/watch/handle_paths.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::size_t kTableSize = 32'768;
constexpr std::size_t kTypeSize = sizeof(int);

/// A struct file_handle with room for its bytes.
struct alignas(file_handle) HandleBuffer {
  std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> bytes{};

  file_handle* get() { return reinterpret_cast<file_handle*>(bytes.data()); }
  bool fill(std::string_view type_and_bytes) {
    if (type_and_bytes.size() < kTypeSize || type_and_bytes.size() > kTypeSize + MAX_HANDLE_SZ) return false;
    get()->handle_bytes = static_cast<unsigned>(type_and_bytes.size() - kTypeSize);
    std::memcpy(&get()->handle_type, type_and_bytes.data(), kTypeSize);
    std::memcpy(bytes.data() + offsetof(file_handle, f_handle), type_and_bytes.data() + kTypeSize,
                type_and_bytes.size() - kTypeSize);
    return true;
  }
};

/// What the kernel calls an open file; empty where that is longer than it can tell, and where it was removed.
std::string_view name_of_open(int fd, std::array<char, PATH_MAX + 16>& buffer, bool& removed) {
  std::array<char, 32> link{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  const auto length = ::readlink(link.data(), buffer.data(), buffer.size());
  if (length < 0) return {};
  const std::string_view name(buffer.data(), static_cast<std::size_t>(length));
  // A directory may really be called so.
  struct stat stat {};
  removed = name.ends_with(" (deleted)") && (::fstat(fd, &stat) != 0 || stat.st_nlink == 0);
  return removed ? std::string_view() : name;
}

}  // namespace

HandlePaths::HandlePaths(const WatchedRoot& root, DirectoryFilter matters)
    : root_(root), matters_(std::move(matters)), unknown_{true, true, root.path()} {}

void HandlePaths::check_permission() const {
  const auto what = "fanotify: opening " + printable(root_.path()) + " by its handle";
  const Fd mount = root_.open(O_RDONLY);
  HandleBuffer handle;
  handle.get()->handle_bytes = MAX_HANDLE_SZ;
  int mount_id = 0;
  if (!mount.valid() || ::name_to_handle_at(mount.get(), "", handle.get(), &mount_id, AT_EMPTY_PATH) != 0)
    throw_errno(errno, what);
  const Fd again(::open_by_handle_at(mount.get(), handle.get(), O_PATH | O_CLOEXEC));
  if (!again.valid() && errno == EPERM) throw Error(Errc::kIo, what + ": CAP_DAC_READ_SEARCH is needed");
  if (!again.valid()) throw_errno(errno, what);
}

const HandlePaths::Directory& HandlePaths::find(std::string_view handle) {
  if (const auto found = young_.find(handle); found != young_.end()) return found->second;
  if (const auto found = old_.find(handle); found != old_.end()) return remember(handle, std::move(found->second));
  bool keep = true;
  auto directory = resolve(handle, keep);
  if (keep) return remember(handle, std::move(directory));
  return unknown_;
}

void HandlePaths::forget_all() {
  young_.clear();
  old_.clear();
}

bool HandlePaths::let_go() {
  mount_ = Fd();
  return !root_gone_;
}

HandlePaths::Directory HandlePaths::resolve(std::string_view handle, bool& keep) {
  HandleBuffer buffer;
  if (!mount_.valid()) mount_ = root_.open(O_RDONLY);
  root_gone_ = !mount_.valid();
  keep = !root_gone_ && buffer.fill(handle);
  if (!keep) return {};
  Fd directory(::open_by_handle_at(mount_.get(), buffer.get(), O_PATH | O_CLOEXEC));
  if (directory.valid()) return path_of(std::move(directory));
  keep = errno == ESTALE || errno == ENOENT;
  return {};
}

HandlePaths::Directory HandlePaths::path_of(Fd directory) const {
  Directory result;
  std::array<char, PATH_MAX + 16> buffer{};
  // Paths may be longer than the kernel tells, but not without end.
  constexpr int kMostSteps = 100'000;
  for (int step = 0; step < kMostSteps; ++step) {
    bool removed = false;
    const auto name = name_of_open(directory.get(), buffer, removed);
    if (removed) return {};
    if (!name.empty()) {
      if (auto path = root_.name_of(name)) {
        result.path = std::move(*path);
        result.matters = matters_(result.path);
      }
      return result;
    }
    if (errno != ENAMETOOLONG) break;
    result.above = true;
    Fd parent(::openat(directory.get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!parent.valid()) break;
    directory = std::move(parent);
  }
  return {true, true, root_.path()};
}

const HandlePaths::Directory& HandlePaths::remember(std::string_view handle, Directory directory) {
  if (young_.size() >= kTableSize) {
    old_ = std::move(young_);
    young_.clear();
  }
  return young_.insert_or_assign(std::string(handle), std::move(directory)).first->second;
}

}  // namespace yestermail
