// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "restore/keyword_map.h"
#include "store/entry.h"

namespace yestermail {

/// An item that is to be put back.
struct Wanted {
  Version version;
  std::string folder;                    ///< where it stood, as people know it
  bool is_new = false;                   ///< it stood in new/
  const KeywordMap* keywords = nullptr;  ///< of that folder then; outlives the restore
};

enum class Outcome {
  kRestored,      ///< it is there, and durable
  kAlreadyThere,  ///< the very same bytes stood in the folder: nothing was written
  kSkipped,       ///< not to be put back, and why
  kFailed,        ///< it is not there, and why
};

/// What became of one item.
struct ItemReport {
  Outcome outcome = Outcome::kFailed;
  Wanted item;
  std::string name;            ///< of the file that it is now; empty where it is none
  std::string why;             ///< kSkipped, kFailed; of kRestored what could not be kept. Printable
  Errc error = Errc::kFailed;  ///< kFailed
};

using ReportSink = std::function<void(const ItemReport&)>;

}  // namespace yestermail
