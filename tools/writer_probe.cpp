// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/writer_probe.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "store/layout.h"

namespace yestermail {

namespace {

/// Whether the process has the file open. False where we may not look.
bool has_open(long process, const struct stat& file) {
  std::error_code ignored;
  const auto directory = "/proc/" + std::to_string(process) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
    struct stat open {};
    if (::stat(entry.path().c_str(), &open) == 0 && open.st_dev == file.st_dev && open.st_ino == file.st_ino) {
      return true;
    }
  }
  return false;
}

/// The number of a device as /proc/locks writes it.
std::string device_text(dev_t device) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%02x:%02x", major(device), minor(device));
  return out.data();
}

}  // namespace

std::optional<Writer> find_writer(const std::string& store) {
  struct stat lock {};
  if (::stat(Layout(store).lock().c_str(), &lock) != 0) return std::nullopt;
  const auto inode = std::to_string(lock.st_ino);
  // "1: FLOCK  ADVISORY  WRITE 1234 08:01:131 0 EOF". On btrfs and overlayfs stat() tells another device than this
  // list: there the process is asked.
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, type, advisory, access, file;
    long process = 0;
    if (!(words >> number >> type >> advisory >> access >> process >> file)) continue;
    if (type != "FLOCK" || access != "WRITE") continue;
    const auto colon = file.rfind(':');
    if (colon == std::string::npos || file.substr(colon + 1) != inode) continue;
    if (file.substr(0, colon) != device_text(lock.st_dev) && !has_open(process, lock)) continue;
    return Writer{process > 0 ? static_cast<pid_t>(process) : 0};
  }
  return std::nullopt;
}

std::unique_ptr<Recorder> open_if_free(StoreWorld world, const std::string& store) {
  try {
    return open_recorder(world, store);
  } catch (const Error& error) {
    if (error.code() != Errc::kLocked) throw;
    return nullptr;
  }
}

void throw_locked(const std::string& store, const std::string& way_out) {
  const auto writer = find_writer(store);
  const auto who = writer && writer->process != 0 ? "process " + std::to_string(writer->process) : "another process";
  throw Error(Errc::kLocked, printable(store) + ": " + who + " is writing to this store: " + way_out);
}

}  // namespace yestermail
