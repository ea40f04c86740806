// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "scanner/file_stat.h"
#include "store/entry.h"

namespace yestermail {

/// A message that is recorded in a folder under a name that is not there now.
struct KnownMessage {
  std::size_t side = 0;  ///< which of the folder's directories
  Version version;
};

/// A message on the disk under a name that is not recorded.
struct SeenMessage {
  std::size_t side = 0;
  std::string name;
  FileStat stat;  ///< only set where it may be a known one: pair_messages() asks for no other
};

/// Which message on the disk is which known one: same base name; of several those of the same size and time first,
/// else in the order given. Indices of `known` and `seen`. Linear in their number, whatever the names.
std::vector<std::pair<std::size_t, std::size_t>> pair_messages(const std::vector<KnownMessage>& known,
                                                               const std::vector<SeenMessage>& seen);

}  // namespace yestermail
