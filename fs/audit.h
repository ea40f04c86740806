// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string_view>

#include "fs/node_id.h"
#include "store/view.h"

namespace yestermail {

/// Writes down who opened what: a line for each file of an account that a process opens. It says user, process and
/// its program, account, the file's name on the mail server and its item. What is listed or looked at by name and size
/// alone is not written down. Safe for concurrent use.
class Audit {
 public:
  using Write = std::function<void(std::string_view line)>;
  Audit(View& view, Write write) : view_(view), write_(std::move(write)) {}

  void opened(std::uint32_t user, pid_t process, NodeId file);

 private:
  View& view_;
  const Write write_;
};

}  // namespace yestermail
