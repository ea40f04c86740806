// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "base/log.h"
#include "tools/control_socket.h"
#include "tools/json_output.h"

namespace yestermail {

/// Answers requests. Called from several threads at once.
class ControlService {
 public:
  using Progress = std::function<void(const Json&)>;

  virtual ~ControlService() = default;
  /// The result of a request, which is an object; `progress` may be called from this thread until then. Throws Error.
  virtual Json answer(const Json& request, const Progress& progress) = 0;
};

struct ControlLimits {
  std::size_t clients = 16;                    ///< at once; one more is told so, and closed
  std::size_t request_bytes = 64U << 10U;      ///< of one request; a longer one is refused, and the connection closed
  std::chrono::milliseconds patience{60'000};  ///< with who says nothing
};

/// Serves STORE/control (docs/control.md) from its making to its end, in threads of its own.
class ControlServer {
 public:
  /// All of them outlive the server. Errors are those of ControlListener.
  ControlServer(const std::string& store, ControlService& service, Log& log, const ControlLimits& limits = {});
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;
  /// Nobody can connect any more; waits for the answers to the requests that are at work.
  ~ControlServer();

 private:
  struct Client {
    explicit Client(Fd from) : socket(std::move(from)) {}
    Fd socket;
    std::atomic<bool> done{false};
    std::jthread thread;
  };

  void accept() noexcept;
  void take(Fd socket);
  void serve(Client& client) noexcept;
  bool answer(LineChannel& channel, const std::string& line);

  ControlService& service_;
  Log& log_;
  const ControlLimits limits_;
  ControlListener listener_;
  std::atomic<bool> stopping_{false};
  std::list<Client> clients_;  // Of the accepting thread; of the destructor when that has ended.
  std::jthread acceptor_;
};

}  // namespace yestermail
