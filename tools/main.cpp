// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <thread>
#include <vector>

#include "base/posix_filesystem.h"
#include "tools/fd_stream.h"
#include "tools/heap.h"
#include "tools/run.h"

namespace {

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

int main(int argc, char** argv) {
  yestermail::bound_heap();
  yestermail::guard_standard_files();
  const yestermail::SystemClock clock;
  yestermail::PosixFilesystem disk;
  yestermail::FdStream out(STDOUT_FILENO);
  const unsigned columns = yestermail::terminal_columns(STDERR_FILENO);
  yestermail::Environment env{.out = out, .err = std::cerr, .clock = clock, .disk = disk};
  env.out_terminal = yestermail::terminal_columns(STDOUT_FILENO) > 0;
  env.terminal = columns > 0;
  env.columns = columns > 0 ? columns : 80;
  env.cores = std::max(1U, std::thread::hardware_concurrency());
  env.variable = environment_variable;
  return yestermail::run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), env);
}
