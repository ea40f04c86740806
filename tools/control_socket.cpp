// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/control_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace yestermail {
namespace {

using namespace std::chrono_literals;
using Timer = std::chrono::steady_clock;

constexpr int kBacklog = 16;
constexpr auto kSendPatience = 5s;

Fd open_directory(const std::string& store) { return Fd(::open(store.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)); }

Fd make_socket() { return Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

/// An address has room for 107 bytes only: the directory is named by its descriptor.
sockaddr_un address_in(const Fd& directory) {
  const auto path = "/proc/self/fd/" + std::to_string(directory.get()) + "/" + kControlSocket;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

/// Waits until the socket can be used so. False: not within that time.
bool wait_for(int socket, short what, std::chrono::milliseconds most) {
  const auto end = Timer::now() + most;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Timer::now());
    pollfd poll{socket, what, 0};
    const int ready = ::poll(&poll, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

}  // namespace

ControlListener::ControlListener(const std::string& store) : directory_(open_directory(store)), socket_(make_socket()) {
  const auto name = printable(store) + "/" + kControlSocket;
  const auto check = [&](bool done) {
    if (!done) throw_errno(errno, name);
  };
  check(directory_.valid() && socket_.valid());
  struct stat old {};
  if (::fstatat(directory_.get(), kControlSocket, &old, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!S_ISSOCK(old.st_mode)) throw Error(Errc::kFailed, name + ": is no socket: move it away");
    check(::unlinkat(directory_.get(), kControlSocket, 0) == 0);
  }
  const auto address = address_in(directory_);
  check(::fchmod(socket_.get(), S_IRUSR | S_IWUSR) == 0);  // Before it has a name, so that it never was open to others.
  check(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  check(::listen(socket_.get(), kBacklog) == 0);
  struct stat made {};
  check(::fstatat(directory_.get(), kControlSocket, &made, AT_SYMLINK_NOFOLLOW) == 0);
  inode_ = made.st_ino;
}

ControlListener::~ControlListener() {
  struct stat now {};
  if (inode_ == 0 || ::fstatat(directory_.get(), kControlSocket, &now, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (now.st_ino == inode_) ::unlinkat(directory_.get(), kControlSocket, 0);
}

std::optional<Fd> ControlListener::accept() {
  for (;;) {
    Fd accepted(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (accepted.valid()) return accepted;
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EINVAL) return std::nullopt;  // It was shut down.
    throw_errno(errno, "a control connection");
  }
}

void ControlListener::stop() { ::shutdown(socket_.get(), SHUT_RDWR); }

std::optional<Fd> connect_control(const std::string& store) {
  const auto directory = open_directory(store);
  auto socket = make_socket();
  if (!directory.valid() || !socket.valid()) return std::nullopt;
  const auto address = address_in(directory);
  while (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno != EINTR) return std::nullopt;
  }
  return socket;
}

std::optional<uid_t> peer_of(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer.uid;
}

bool LineChannel::send(std::string_view line) {
  auto bytes = std::string(line) + "\n";
  for (std::string_view rest = bytes; !rest.empty() && !gone_;) {
    const auto sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (sent < 0 && errno == EAGAIN) {
      gone_ = !wait_for(socket_, POLLOUT, kSendPatience);
    } else if (sent < 0 && errno != EINTR) {
      gone_ = true;
    }
  }
  return !gone_;
}

LineChannel::Got LineChannel::read(std::string& line, std::chrono::milliseconds most) {
  const auto end = Timer::now() + most;
  for (std::size_t searched = 0;;) {
    const auto feed = received_.find('\n', searched);
    if (feed != std::string::npos && feed <= longest_) {
      line.assign(received_, 0, feed);
      received_.erase(0, feed + 1);
      return Got::kLine;
    }
    searched = received_.size();
    if (searched > longest_) return Got::kTooLong;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Timer::now());
    if (left.count() <= 0 || !wait_for(socket_, POLLIN, left)) return Got::kTimeout;
    std::array<char, 16384> piece{};
    const auto got = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
    if (got > 0) {
      received_.append(piece.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
      return Got::kEnd;
    }
  }
}

}  // namespace yestermail
