// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/import_relay.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/import_messages.h"

namespace yestermail {

void ImportRelay::expect(std::uint64_t files, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  expected_files_ = files;
  expected_bytes_ = bytes;
}

void ImportRelay::advanced(std::uint64_t files, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  files_ = files;
  bytes_ = bytes;
}

void ImportRelay::told(const ImportNote& note) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopped_ || notes_.size() < kHeldNotes; });
  if (stopped_) throw ImportStopped{};
  notes_.push_back(note);
  // Who waits is woken for a full line, not for each note of it.
  if (notes_.size() >= kNotesInLine) changed_.notify_all();
}

void ImportRelay::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

void ImportRelay::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

Json ImportRelay::next(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [&] { return ended_ || notes_.size() >= kNotesInLine; });
  Json json{{"doing", "importing"}, {"files", files_}, {"bytes", bytes_}};
  json["expected_files"] = expected_files_;
  json["expected_bytes"] = expected_bytes_;
  json["items"] = Json::array();
  for (auto left = std::min(notes_.size(), kNotesInLine); left > 0; --left) {
    json["items"].push_back(import_note_json(notes_.front()));
    notes_.pop_front();
  }
  changed_.notify_all();
  return json;
}

bool ImportRelay::is_done() const {
  const std::lock_guard lock(mutex_);
  return ended_ && notes_.empty();
}

void hand_on(const Json& progress, ImportProgress& to) {
  to.expect(progress.at("expected_files").get<std::uint64_t>(), progress.at("expected_bytes").get<std::uint64_t>());
  to.advanced(progress.at("files").get<std::uint64_t>(), progress.at("bytes").get<std::uint64_t>());
  for (const auto& item : progress.at("items")) to.told(import_note_of(item));
}

}  // namespace yestermail
