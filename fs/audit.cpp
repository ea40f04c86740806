// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/audit.h"

#include <fstream>
#include <string>

#include "base/error.h"

namespace yestermail {
namespace {

/// What the process calls itself; nothing where it is gone already.
std::string program_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace

void Audit::opened(std::uint32_t user, pid_t process, NodeId file) {
  const auto parts = node_parts(file);
  if (!parts || (parts->kind != NodeKind::kFriendlyFile && parts->kind != NodeKind::kExactFile)) return;
  const auto version = view_.version(parts->account, VersionId{parts->number});
  const auto account = view_.account(parts->account);
  write_("read by user " + std::to_string(user) + ", process " + std::to_string(process) + " (" +
         printable(program_of(process)) + "): account " + (account ? printable(account->name) : "@server") + ", " +
         (version ? printable(version->state.name) + ", item " + std::to_string(version->item.value) : "unknown"));
}

}  // namespace yestermail
