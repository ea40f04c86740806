// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "archive/history_source.h"
#include "archive/import_records.h"
#include "archive/spool.h"

namespace yestermail {

/// Where the history of an account stands in a spool.
struct LineRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// The lines of history.jsonl, as what happened: a line tells when its version began and when it will have ended. Keeps
/// a piece of the lines, and 24 bytes a version that has begun and will end. Of lines that HistoryCheck looked at.
class HistoryLines final : public HistoryStream {
 public:
  /// `piece`: how many bytes are read at once. The spool outlives it.
  HistoryLines(Spool& lines, LineRange range, Instant from, std::size_t piece);

  Instant next() override;
  std::vector<HistoryStep> take() override;

 private:
  struct Ending {
    Instant at;
    VersionId version;
    ItemId item;
    auto operator<=>(const Ending&) const = default;
  };
  void read_line();

  Spool& lines_;
  LineRange range_;  ///< not read yet
  const std::size_t piece_;
  std::string text_;  ///< read, and not understood yet from text_at_ on
  std::size_t text_at_ = 0;
  std::optional<HistoryLine> line_;  ///< the next one
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> endings_;
};

}  // namespace yestermail
