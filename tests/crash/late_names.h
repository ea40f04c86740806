// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "base/filesystem.h"

namespace yestermail::test {

/// A seam that breaks the order of writes, to show that the crash tests see it: files whose new name ends in `suffix`
/// get that name only after the journal's next `trigger` (for its reader they have it at once).
enum class LateUntil {
  kJournalSync,    ///< the transaction that names the file is durable before the file is there
  kJournalRetire,  ///< the segment is given up before the file is there
};
std::unique_ptr<Filesystem> with_late_names(Filesystem& below, std::string suffix, LateUntil trigger);

}  // namespace yestermail::test
