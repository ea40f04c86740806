// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "fs/node.h"
#include "fs/node_id.h"
#include "store/view.h"

namespace yestermail {

/// Who may see what of a mount that more than one user can look into.
struct GateRules {
  bool shared = false;               ///< others than the user who mounts are let in by the kernel
  std::uint32_t mounter = 0;         ///< sees all, as user 0 does
  std::optional<std::string> only;   ///< the one account that anybody sees
  std::optional<std::uint32_t> who;  ///< the one user, besides these two, who sees it
};

/// Decides for each request. A user sees an account if that user owns its root directory as it was recorded last, and
/// of the others not even that they are there; @server, .status and whatever else tells of all of them is for the user
/// who mounts. With `only`, no other account is there for anybody. The kernel's own test of modes comes on top. Safe
/// for concurrent use. Memory: a few bytes for each account that was asked about.
class Gate {
 public:
  Gate(View& view, GateRules rules) : view_(view), rules_(std::move(rules)) {}

  /// True where two callers may get different answers to the same question.
  [[nodiscard]] bool differs() const { return rules_.shared || rules_.only.has_value(); }

  /// Whether a user may know of a node.
  bool shows(std::uint32_t user, NodeId node);

  /// True for a directory whose entries are not the same for everybody: no listing of it may be kept by the kernel.
  [[nodiscard]] bool is_sorted_out(NodeId directory) const;

  /// The node as an entry of `directory` is to be told: where it is not for everybody, its name is asked for each time.
  [[nodiscard]] Node told(Node node, NodeId directory) const;

 private:
  bool shows_account(std::uint32_t user, AccountNumber account);
  std::optional<std::uint32_t> owner(AccountNumber account);
  bool is_the_one(AccountNumber account);

  struct Owner {
    Instant checked;
    std::optional<std::uint32_t> user;
  };
  View& view_;
  const GateRules rules_;
  std::mutex mutex_;
  std::map<AccountNumber, Owner> owners_;  // Guarded by mutex_.
  std::map<AccountNumber, bool> ones_;     // Likewise. An account never changes its name.
};

}  // namespace yestermail
