// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "base/clock.h"
#include "base/filesystem.h"

namespace yestermail {

/// The world of a command. main.cpp builds the real one; tests build their own.
struct Environment {
  std::ostream& out;  ///< results, binary safe
  std::ostream& err;  ///< what went wrong, and progress
  const Clock& clock;
  Filesystem& disk;
  bool terminal = false;  ///< `err` is a terminal: progress is shown
  unsigned columns = 80;  ///< of that terminal
  unsigned cores = 1;     ///< how many threads are worth while
  /// The value of an environment variable, if it is set.
  std::function<std::optional<std::string>(const std::string& name)> variable = {};
  std::string config_path = "/etc/yestermail/yestermail.conf";
  std::string fuse_device = "/dev/fuse";
  bool out_terminal = false;  ///< `out` is a terminal
};

}  // namespace yestermail
