// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/posix_filesystem.h"
#include "tests/support/temp_directory.h"
#include "tools/run.h"

namespace yestermail::test {

/// How a command ended that ran in this process.
struct Ran {
  int status = -1;
  std::string out;
  std::string err;

  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(out); }
};

/// Runs commands in this process, as main() would, with a clock, a disk and environment variables of its own.
class CommandTest : public ::testing::Test {
 protected:
  Ran run(std::initializer_list<std::string> words) { return run(std::vector<std::string>(words)); }

  Ran run(const std::vector<std::string>& words) {
    std::ostringstream out;
    std::ostringstream err;
    auto env = environment(out, err);
    Ran ran;
    ran.status = yestermail::run(words, env);
    ran.out = out.str();
    ran.err = err.str();
    return ran;
  }

  Environment environment(std::ostream& out, std::ostream& err) {
    Environment env{.out = out, .err = err, .clock = clock_, .disk = *disk_};
    env.cores = 2;
    env.terminal = terminal_;
    env.fuse_device = fuse_device_;
    env.config_path = directory_ / "yestermail.conf";
    env.variable = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    };
    return env;
  }

  TempDirectory directory_;
  SystemClock clock_;
  PosixFilesystem real_disk_;
  Filesystem* disk_ = &real_disk_;
  std::map<std::string, std::string> variables_;
  bool terminal_ = false;
  std::string fuse_device_ = "/dev/fuse";
};

/// A line that names what is wrong and a way out, and nothing else but where the help is.
inline void expect_usage_error(const Ran& ran, const std::string& text, const std::string& help) {
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, ::testing::HasSubstr(text));
  EXPECT_THAT(ran.err, ::testing::EndsWith("\nsee " + help + "\n"));
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 2) << ran.err;
}

}  // namespace yestermail::test
