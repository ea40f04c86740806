// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/daemon.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "base/error.h"
#include "base/fd.h"

namespace yestermail {
namespace {

constexpr char kReady = 'R';  // The whole report of a child that is ready; else: a digit (Errc), the error's line.

void send(const Fd& to, std::string_view text) {
  while (!text.empty()) {
    const auto done = ::write(to.get(), text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return;  // The parent is gone; nobody else listens.
    text.remove_prefix(static_cast<std::size_t>(done));
  }
}

std::string receive(const Fd& from) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto got = ::read(from.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void leave_session() {
  ::setsid();
  if (::chdir("/") != 0) throw_errno(errno, "/");
}

void close_standard_files() {
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null.valid()) throw_errno(errno, "/dev/null");
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::dup2(null.get(), fd) < 0) throw_errno(errno, "/dev/null");
  }
}

/// Never returns: what the parent's code has on its stack is not the child's.
[[noreturn]] void child(Fd report, const std::function<void(const std::function<void()>& ready)>& serve) noexcept {
  Errc code = Errc::kFailed;
  std::string line = "unknown error";
  try {
    leave_session();
    serve([&] {
      close_standard_files();
      send(report, std::string(1, kReady));
      report = Fd();
    });
    ::_exit(0);
  } catch (const Error& error) {
    code = error.code();
    line = error.what();
  } catch (const std::exception& problem) {
    line = printable(problem.what());
  } catch (...) {
  }
  if (report.valid()) send(report, std::string(1, static_cast<char>('0' + static_cast<int>(code))) + line);
  ::_exit(exit_status(code));
}

}  // namespace

void run_in_background(Environment& env, const std::function<void(const std::function<void()>& ready)>& serve) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno(errno, "pipe");
  const Fd from(ends[0]);
  Fd to(ends[1]);
  env.out.flush();  // Else both processes would print it.
  env.err.flush();
  const pid_t pid = ::fork();
  if (pid < 0) throw_errno(errno, "fork");
  if (pid == 0) child(std::move(to), serve);
  to = Fd();
  const auto report = receive(from);
  if (!report.empty() && report.front() == kReady) return;
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (!report.empty()) throw Error(static_cast<Errc>(report.front() - '0'), report.substr(1));
  throw Error(Errc::kFailed, WIFSIGNALED(status)
                                 ? "the process in the background was killed by signal " +
                                       std::to_string(WTERMSIG(status)) + ": try it with --foreground"
                                 : "the process in the background ended at once: try it with --foreground");
}

}  // namespace yestermail
