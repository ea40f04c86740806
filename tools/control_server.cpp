// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/control_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/control_messages.h"

namespace yestermail {
namespace {

using namespace std::chrono_literals;

/// One line; what is no UTF-8 in a message of a library is no reason to fail.
std::string line_of(const char* kind, const Json& content) {
  return Json{{kind, content}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string error_line(Errc code, const std::string& text) { return line_of("error", error_json(Error(code, text))); }

bool may_ask(int socket) {
  const auto user = peer_of(socket);
  return user && (*user == 0 || *user == ::geteuid());
}

Json parse_request(const std::string& line) {
  auto request = Json::parse(line, nullptr, false);
  if (!request.is_object()) throw Error(Errc::kUsage, "no request: one JSON object a line is expected");
  return request;
}

}  // namespace

ControlServer::ControlServer(const std::string& store, ControlService& service, Log& log, const ControlLimits& limits)
    : service_(service), log_(log), limits_(limits), listener_(store) {
  acceptor_ = std::jthread([this] { accept(); });
}

ControlServer::~ControlServer() {
  stopping_ = true;
  listener_.stop();
  acceptor_.join();
  for (auto& client : clients_) ::shutdown(client.socket.get(), SHUT_RD);  // It reads no further request.
  clients_.clear();
}

void ControlServer::accept() noexcept {
  bool told = false;
  while (!stopping_) {
    try {
      auto socket = listener_.accept();
      if (!socket) return;
      take(std::move(*socket));
      told = false;
    } catch (const std::exception& error) {
      // Out of descriptors or threads: others may end soon.
      if (!told) log_.warning(std::string("the control socket: ") + error.what());
      told = true;
      std::this_thread::sleep_for(100ms);
    }
  }
}

void ControlServer::take(Fd socket) {
  std::erase_if(clients_, [](const Client& client) { return client.done.load(); });
  const auto refuse = [&](const std::string& why) {
    LineChannel(socket.get(), limits_.request_bytes).send(error_line(Errc::kFailed, why));
  };
  if (!may_ask(socket.get())) return refuse("only root and the user of the daemon may ask");
  if (clients_.size() >= limits_.clients) return refuse("too many connections: try again later");
  auto& client = clients_.emplace_back(std::move(socket));
  try {
    client.thread = std::jthread([this, &client] { serve(client); });
  } catch (...) {
    clients_.pop_back();
    throw;
  }
}

void ControlServer::serve(Client& client) noexcept {
  try {
    LineChannel channel(client.socket.get(), limits_.request_bytes);
    std::string line;
    auto got = LineChannel::Got::kEnd;
    while ((got = channel.read(line, limits_.patience)) == LineChannel::Got::kLine) {
      if (!answer(channel, line)) break;
    }
    if (got == LineChannel::Got::kTooLong) {
      channel.send(error_line(Errc::kUsage,
                              "a request is longer than " + std::to_string(limits_.request_bytes) + " bytes: goodbye"));
    } else if (got == LineChannel::Got::kTimeout) {
      channel.send(error_line(Errc::kFailed, "nothing was asked for a while: goodbye"));
    }
  } catch (const std::exception& error) {
    log_.warning(std::string("a control connection: ") + error.what());
  }
  ::shutdown(client.socket.get(), SHUT_RDWR);  // It is closed when its thread is joined.
  client.done = true;
}

/// False: the other end has gone.
bool ControlServer::answer(LineChannel& channel, const std::string& line) {
  try {
    const auto result = service_.answer(parse_request(line),
                                        [&](const Json& progress) { channel.send(line_of("progress", progress)); });
    return channel.send(line_of("result", result));
  } catch (const Error& error) {
    return channel.send(line_of("error", error_json(error)));
  } catch (const std::exception& error) {
    return channel.send(error_line(Errc::kFailed, printable(error.what())));
  }
}

}  // namespace yestermail
