// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/dot_lock.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <thread>

#include "base/error.h"

namespace yestermail {
namespace {

using std::chrono::milliseconds;

constexpr std::time_t kStaleAfter = 120;  // Seconds; Dovecot's own.

std::time_t seconds_of(const HeldDirectory& directory, const std::string& name) {
  struct stat is {};
  const auto file = directory.read(name);
  if (!file || ::fstat(file->get(), &is) != 0) return 0;
  return is.st_mtime;
}

}  // namespace

std::string host_name() {
  std::array<char, 256> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return "localhost";
  std::string name(buffer.data());
  std::ranges::replace_if(
      name, [](char c) { return c == '/' || c == ':'; }, '_');
  return name.empty() ? "localhost" : name;
}

DotLock::DotLock(const HeldDirectory& directory, const std::string& name, const FileOwner& owner, milliseconds patience)
    : directory_(directory), name_(name + ".lock") {
  constexpr milliseconds kStep(20);
  for (milliseconds waited(0); !take(owner); waited += kStep) {
    if (is_stale()) {
      directory_.remove(name_);
    } else if (waited >= patience) {
      throw Error(Errc::kLocked, printable(directory_.path() + "/" + name_) +
                                     ": the mail server holds this lock: try again, or remove it if nobody does");
    } else {
      std::this_thread::sleep_for(kStep);
    }
  }
}

DotLock::~DotLock() {
  try {
    directory_.remove(name_);
  } catch (const Error&) {  // Whoever comes next finds that its process is gone.
  }
}

bool DotLock::take(const FileOwner& owner) {
  const auto made = "temp.yestermail." + std::to_string(::getpid()) + "." + name_;
  directory_.remove(made);
  const auto file = directory_.create(made);
  write_all(file, as_bytes(std::to_string(::getpid()) + ":" + host_name()), made);
  directory_.give(file, owner, made);
  if (directory_.move_to(made, directory_, name_)) return true;
  directory_.remove(made);
  return false;
}

bool DotLock::is_stale() const {
  const auto text = directory_.text(name_);
  if (!text) return false;
  int pid = 0;
  const auto colon = text->find(':');
  if (colon != std::string::npos && text->substr(colon + 1) == host_name()) {
    std::from_chars(text->data(), text->data() + colon, pid);
    return pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH;
  }
  const auto since = seconds_of(directory_, name_);
  return since != 0 && since + kStaleAfter < std::time(nullptr);
}

void replace_text(const HeldDirectory& directory, const std::string& name, const std::string& text,
                  const FileOwner& owner) {
  const auto made = "temp.yestermail." + std::to_string(::getpid()) + "." + name;
  directory.remove(made);
  const auto file = directory.create(made);
  write_all(file, as_bytes(text), made);
  directory.give(file, owner, made);
  const auto seconds = std::max(std::time(nullptr), seconds_of(directory, name) + 1);
  const std::array<timespec, 2> times{timespec{seconds, 0}, timespec{seconds, 0}};
  if (::futimens(file.get(), times.data()) != 0 || ::fsync(file.get()) != 0) {
    throw_errno(errno, printable(directory.path() + "/" + made));
  }
  directory.replace(name, made);
  directory.sync();
}

void write_all(const Fd& file, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto put = ::write(file.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_errno(errno, printable(path));
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

}  // namespace yestermail
