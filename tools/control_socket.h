// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace yestermail {

/// STORE/control: a Unix stream socket, over which other processes talk to the one that writes (docs/control.md). The
/// path of the store may be of any length.
inline constexpr const char* kControlSocket = "control";

/// The listening end. Only who holds the store's lock makes one: what is left of a dead one is replaced.
class ControlListener {
 public:
  /// Listens; only the user of this process, and root, can connect. Error where the store's disk does not let it, or
  /// where something else than a socket has the name.
  explicit ControlListener(const std::string& store);
  ControlListener(const ControlListener&) = delete;
  ControlListener& operator=(const ControlListener&) = delete;
  /// Removes the socket, unless another one has its place.
  ~ControlListener();

  /// The next that connects; nothing after stop(). Error where there is no room for one more file: it can be called
  /// again.
  std::optional<Fd> accept();
  /// From any thread: accept() returns from now on.
  void stop();

 private:
  Fd directory_;
  Fd socket_;
  ino_t inode_ = 0;
};

/// Connects to whoever listens; nothing: nobody does, or we may not.
std::optional<Fd> connect_control(const std::string& store);

/// The user of the process at the other end.
std::optional<uid_t> peer_of(int socket);

/// Lines over a socket. One thread.
class LineChannel {
 public:
  enum class Got { kLine, kEnd, kTooLong, kTimeout };

  /// `socket` outlives the channel. A line has at most `longest` bytes.
  LineChannel(int socket, std::size_t longest) : socket_(socket), longest_(longest) {}

  /// Sends a line. False: the other end has gone, or took nothing for some seconds; so it is from then on.
  bool send(std::string_view line);
  /// The next line, without its line feed. kEnd: the other end has gone; what it sent of a last line is nothing.
  Got read(std::string& line, std::chrono::milliseconds most);

 private:
  const int socket_;
  const std::size_t longest_;
  std::string received_;
  bool gone_ = false;
};

}  // namespace yestermail
