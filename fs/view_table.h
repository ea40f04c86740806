// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/clock.h"

namespace yestermail {

/// What a directory with a view's number is part of. First what shows one instant: the four directories that hold time
/// directories. Then what shows something over time.
enum class Container : std::uint8_t {
  kTop,
  kAt,
  kMaildir,
  kMaildirAt,
  kDeleted,  ///< deleted/<account>
  kDay,      ///< deleted/<account>/<day> and below
  kHistory,  ///< history/<account> and below
  kSearch,   ///< search/<query> and below
  kRange,    ///< changes/<from>..<to> and its accounts
  kAdded,    ///< changes/<from>..<to>/<account>/added and below
  kRemoved,
  kChanged,
};

/// A time directory: where it stands, how it is spelled and the instant that it shows; of kDay the day's start too, and
/// from kRange on the first of the two instants. Two spellings of an instant are two directories: the kernel would move
/// the one directory to the other name if they shared an id.
struct TimeView {
  Container container = Container::kTop;
  std::string spelling;
  Instant at;
  Instant from = {};
};

/// True where folders of messages stand that were gathered over time.
inline bool is_gathered(Container container) {
  return container == Container::kDay || container == Container::kHistory || container > Container::kRange;
}
inline bool is_over_time(Container container) {
  return container >= Container::kDeleted && container != Container::kSearch;
}

/// Numbers for the time directories that the kernel knows, in 16 bits of their node ids. A number is given to another
/// directory only after the kernel has forgotten every node that has it, and then under another generation.
/// Safe for concurrent use. Memory is bounded: 65536 rows.
class ViewTable {
 public:
  static constexpr std::uint16_t kLatest = 0;
  static constexpr std::uint16_t kMaildirLatest = 1;
  static constexpr std::uint16_t kDeleted = 2;
  static constexpr std::uint16_t kHistory = 3;

  explicit ViewTable(std::size_t capacity = 65536);

  /// Finds or makes. Error{kFailed}: all numbers are in use.
  std::uint16_t number(const TimeView& view);
  [[nodiscard]] std::optional<TimeView> find(std::uint16_t number) const;
  [[nodiscard]] std::uint64_t generation(std::uint16_t number) const;

  /// The kernel has learned, or forgotten, `count` times of a node with this number.
  void retain(std::uint16_t number, std::uint64_t count = 1);
  void release(std::uint16_t number, std::uint64_t count);

 private:
  using Key = std::tuple<Container, std::string, Instant, Instant>;
  struct Row {
    TimeView view;
    std::uint64_t references = 0;
    std::uint64_t last_used = 0;
    std::uint64_t generation = 1;
  };

  static constexpr std::uint16_t kOwn = 4;  ///< that are never given away
  static Key key(const TimeView& view) { return {view.container, view.spelling, view.at, view.from}; }
  std::size_t free_row();

  mutable std::mutex mutex_;
  const std::size_t capacity_;
  std::vector<Row> rows_;  // Guarded by mutex_, as all below.
  std::map<Key, std::uint16_t> numbers_;
  std::uint64_t uses_ = 0;
};

}  // namespace yestermail
