// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "store/entry.h"

namespace yestermail {

/// How a version of a message came about.
struct Step {
  const Version* before = nullptr;  ///< what it followed at once; none: it came, or came back
  const Version* now = nullptr;
  std::string from;  ///< readable folders, where it was moved; empty otherwise
  std::string to;
};

/// What happened, in words: "arrived", "read, flagged", "moved from INBOX to Projects.R&D", … Never empty. The words of
/// flags are those that a mail program shows; keywords are "labelled" and "label removed".
std::string step_words(const Step& step, bool is_first);

/// The name of a file in history/: `2026-11-21 143207.250000 read.eml`. One item has one state an instant, so names of
/// its states are different whatever the words. Valid as safe_text() says, whatever folders are called; at most 255
/// bytes. Pure, as step_words() is.
std::string state_name(Instant at, const std::string& words);

inline constexpr const char* kDeletedWord = "deleted";

}  // namespace yestermail
