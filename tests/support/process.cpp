// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace yestermail::test {
namespace {

Fd memory_file(const char* name) {
  Fd fd(::memfd_create(name, MFD_CLOEXEC));
  if (!fd.valid()) throw std::system_error(errno, std::generic_category(), "memfd_create");
  return fd;
}

std::string content_of(const Fd& fd) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return {};
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const auto n = ::pread(fd.get(), text.data(), text.size(), 0);
  text.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return text;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (auto& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::vector<std::string>& added) {
  std::vector<std::string> all = added;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view setting = *at;
    const auto name = setting.substr(0, setting.find('=') + 1);
    bool replaced = false;
    for (const auto& other : added) replaced = replaced || std::string_view(other).substr(0, name.size()) == name;
    if (!replaced) all.emplace_back(setting);
  }
  return all;
}

/// True when the child has ended within `limit`.
bool ends_within(pid_t pid, std::chrono::seconds limit) {
  const Fd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!handle.valid()) throw std::system_error(errno, std::generic_category(), "pidfd_open");
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    struct pollfd waiting {
      handle.get(), POLLIN, 0
    };
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
  }
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const std::vector<std::string>& environment)
    : out_(memory_file("out")), err_(memory_file("err")) {
  auto arguments = command;
  auto settings = environment_with(environment);
  const auto argv = pointers_to(arguments);
  const auto envp = pointers_to(settings);
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out_.get(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, err_.get(), 2);
  const int error = ::posix_spawnp(&pid_, argv.front(), &actions, nullptr, argv.data(), envp.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    pid_ = -1;
    throw std::system_error(error, std::generic_category(), command.front());
  }
}

Process::~Process() {
  if (pid_ <= 0 || reaped_) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

std::string Process::out() const { return content_of(out_); }
std::string Process::err() const { return content_of(err_); }

void Process::send(int signal) const {
  if (!reaped_) ::kill(pid_, signal);
}

Outcome Process::wait(std::chrono::seconds limit) {
  if (reaped_) return outcome_;
  if (!ends_within(pid_, limit)) {
    outcome_.timed_out = true;
    ::kill(pid_, SIGKILL);
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
  }
  reaped_ = true;
  if (WIFEXITED(status)) outcome_.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome_.signal = WTERMSIG(status);
  outcome_.out = out();
  outcome_.err = err();
  return outcome_;
}

Outcome run(const std::vector<std::string>& command, const std::vector<std::string>& environment,
            std::chrono::seconds limit) {
  Process process(command, environment);
  return process.wait(limit);
}

}  // namespace yestermail::test
