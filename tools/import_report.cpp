// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/import_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/fd_stream.h"
#include "tools/import_messages.h"
#include "tools/text.h"

namespace yestermail {
namespace {

std::string fate_text(ImportFate fate, bool dry_run) {
  return dry_run && fate == ImportFate::kRecorded ? "would record" : std::string(import_fate_text(fate));
}

}  // namespace

std::string import_line_text(std::uint64_t files, std::uint64_t bytes, std::uint64_t expected_files,
                             std::uint64_t expected_bytes, std::int64_t micros) {
  auto text = "importing: " + count_text(files);
  if (expected_files >= files) text += " of " + count_text(expected_files);
  return text + " files, " + bytes_text(bytes) + pace_text(bytes, expected_bytes, micros);
}

ImportReport::ImportReport(Environment& env, bool json, bool dry_run)
    : TerminalLine(env, !json), env_(env), json_(json), dry_run_(dry_run), array_(json ? env.out : env.err) {}

void ImportReport::expect(std::uint64_t files, std::uint64_t bytes) {
  expected_files_ = files;
  expected_bytes_ = bytes;
}

void ImportReport::advanced(std::uint64_t files, std::uint64_t bytes) {
  draw([&](std::int64_t micros) { return import_line_text(files, bytes, expected_files_, expected_bytes_, micros); });
}

void ImportReport::told(const ImportNote& note) {
  erase();
  try {
    if (!unread_) print(note);
  } catch (const OutputClosed&) {
    unread_ = true;  // Whoever read has read enough; the rest is imported all the same.
  }
}

void ImportReport::print(const ImportNote& note) {
  if (json_) {
    Json json{{"what", fate_text(note.fate, dry_run_)}};
    json["account"] = note.account.empty() ? Json(nullptr) : Json(json_text(note.account));
    json["path"] = json_text(note.path);
    json["why"] = note.why.empty() ? Json(nullptr) : Json(json_text(note.why));
    return array_.add(json);
  }
  env_.out << padded(fate_text(note.fate, dry_run_), 13) << "  "
           << (note.account.empty() ? "" : printable(note.account) + "  ") << printable(note.path)
           << (note.why.empty() ? "" : ": " + printable(note.why)) << "\n";
}

int ImportReport::end(const ImportTally& tally) {
  erase();
  if (json_) {
    Json total{{"what", "total"}};
    total.update(import_tally_json(tally));
    array_.add(total);
    array_.end();
  } else if (!unread_) {
    env_.out << counted_text(tally.accounts, "account") << ": " << count_text(tally.recorded) << " "
             << fate_text(ImportFate::kRecorded, dry_run_) << ", " << count_text(tally.present) << " already there, "
             << count_text(tally.skipped) << " skipped, " << count_text(tally.failed) << " failed; "
             << bytes_text(tally.bytes) << " in " << duration_text(std::max<std::int64_t>(elapsed_micros(), 1)) << "\n";
  }
  if (tally.damaged > 0) return exit_status(Errc::kDamage);
  const auto well = tally.recorded + tally.present + tally.directories;
  if (tally.failed > 0) return exit_status(well > 0 ? Errc::kPartial : Errc::kFailed);
  return 0;
}

}  // namespace yestermail
