// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mail_scanner.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"

namespace yestermail {
namespace {

constexpr std::size_t kLookAhead = 4096;
constexpr std::size_t kMaxLine = 32U << 10U;
constexpr std::size_t kMinRunText = 512;        ///< a shorter run costs more than it saves
constexpr std::size_t kRunPiece = 48U << 10U;   ///< decoded at a time: stays in the processor's cache
constexpr std::size_t kMaxBoundaries = 16;      ///< the newest of more
constexpr std::size_t kMaxBoundaryBytes = 200;  ///< RFC 2046 allows 70

bool is_empty(std::string_view line) { return line == "\n" || line == "\r\n"; }

bool starts_with_nocase(std::string_view text, std::string_view start) {
  return same_letters(text.substr(0, start.size()), start);
}

}  // namespace

std::size_t MailScanner::scan(ByteView window, bool is_last) {
  raw_from_ = 0;
  std::size_t at = 0;
  while (at < window.size()) {
    const auto rest = window.subspan(at);
    if (run_) {
      const auto taken = scan_run(rest, is_last);
      at += taken;
      raw_from_ = at;
      if (run_) break;  // The run goes on behind the window.
      continue;
    }
    if (after_empty_) {
      if (!is_last && rest.size() < kLookAhead) break;
      after_empty_ = false;
      if (starts_run(rest, is_last)) {
        flush(window, at);
        out_.end_section(false);
        out_.begin_coded(run_->coding());
        continue;
      }
    }
    const auto text = as_text(rest);
    const auto end = text.find('\n');
    if (end != std::string_view::npos) {
      line(window, at, text.substr(0, end + 1));
      at += end + 1;
    } else if (is_last || rest.size() > kMaxLine) {
      mid_line_ = true;
      at = window.size();
    } else {
      break;
    }
  }
  flush(window, at);
  if (is_last) {
    if (run_) out_.end_coded(run_->coding());
    run_.reset();
    out_.end_section(in_header_);
  }
  return at;
}

void MailScanner::flush(ByteView window, std::size_t until) {
  if (until > raw_from_) out_.raw(window.subspan(raw_from_, until - raw_from_));
  raw_from_ = std::max(raw_from_, until);
}

bool MailScanner::starts_run(ByteView text, bool is_last) {
  const auto coding = base64_at(text);
  if (!coding) return false;
  Base64Reader trial(*coding);
  std::array<std::byte, kLookAhead> bytes;  // NOLINT(*-member-init): written before it is read
  const auto ahead = text.first(std::min(text.size(), kLookAhead));
  const auto taken = trial.take(ahead, is_last && ahead.size() == text.size(), bytes);
  if (taken.text < kMinRunText) return false;
  run_.emplace(*coding);
  return true;
}

std::size_t MailScanner::scan_run(ByteView text, bool is_last) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto piece = text.subspan(at, std::min(kRunPiece, text.size() - at));
    const auto room = out_.room(run_->room_for(piece.size()));
    const auto taken = run_->take(piece, is_last && at + piece.size() == text.size(), room);
    out_.coded(piece.first(taken.text), taken.bytes);
    at += taken.text;
    if (run_->ended()) {
      out_.end_coded(run_->coding());
      run_.reset();
      return at;
    }
    if (piece.size() < kRunPiece) break;
  }
  return at;
}

void MailScanner::line(ByteView window, std::size_t at, std::string_view text) {
  if (mid_line_) {
    mid_line_ = false;
    return;
  }
  if (is_empty(text)) {
    after_empty_ = true;
    if (!in_header_) return;
    in_header_ = std::exchange(holds_message_, false);
    flush(window, at + text.size());
    out_.end_section(true);
  } else if (in_header_) {
    header_line(text);
  } else if (text.starts_with("--")) {
    bool closes = false;
    if (!is_boundary(text.substr(2), closes)) return;
    flush(window, at);
    out_.end_section(false);
    in_header_ = !closes;
    holds_message_ = false;
  }
}

void MailScanner::header_line(std::string_view text) {
  if (starts_with_nocase(text, "content-type:")) {
    const auto value = text.find_first_not_of(" \t", 13);
    holds_message_ = value != std::string_view::npos && starts_with_nocase(text.substr(value), "message/rfc822");
  }
  const auto found = text.find("oundary=");
  if (found == std::string_view::npos) return;
  auto value = text.substr(found + 8);
  const bool quoted = value.starts_with('"');
  if (quoted) value.remove_prefix(1);
  value = value.substr(0, value.find_first_of(quoted ? "\"\r\n" : "; \t\r\n"));
  if (value.empty() || value.size() > kMaxBoundaryBytes) return;
  if (boundaries_.size() == kMaxBoundaries) boundaries_.erase(boundaries_.begin());
  boundaries_.emplace_back(value);
}

bool MailScanner::is_boundary(std::string_view text, bool& closes) const {
  for (const auto& boundary : boundaries_) {
    if (!text.starts_with(boundary)) continue;
    const auto rest = text.substr(boundary.size());
    closes = rest.starts_with("--");
    if (closes || rest.find_first_not_of(" \t\r\n") == std::string_view::npos) return true;
  }
  return false;
}

}  // namespace yestermail
