// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/item_names.h"

#include "base/clock.h"
#include "base/instant_text.h"
#include "fs/item_tag.h"
#include "fs/safe_text.h"

namespace yestermail {
namespace {

constexpr std::size_t kLongestSender = 80;

std::string_view trimmed(std::string_view text) { return without_trailing_dots(text); }

/// "2026-11-21 1432" of 2026-11-21T14:32:07.5Z.
std::string date_text(std::int64_t mtime_ns) {
  auto micros = mtime_ns / kNanosPerMicro;
  if (mtime_ns % kNanosPerMicro < 0) --micros;
  const auto text = instant_text(Instant{micros});
  return text.substr(0, 10) + " " + text.substr(11, 2) + text.substr(14, 2);
}

}  // namespace

std::string message_name(ItemId item, const EntryState& state) {
  const auto end = "~" + item_tag(item) + std::string(kMessageSuffix);
  std::string name = date_text(state.mtime_ns);
  const auto sender_text = safe_text(state.sender, Charset::kPortable);
  const auto subject_text = safe_text(state.subject, Charset::kPortable);
  const auto sender = trimmed(cut_text(sender_text, kLongestSender));
  if (!sender.empty()) name.append(" ").append(sender);
  const std::string_view joint = sender.empty() ? " " : " - ";
  const auto room = kLongestEntryName - end.size() - name.size() - joint.size();
  const auto subject = trimmed(cut_text(subject_text, room));
  if (!subject.empty()) name.append(joint).append(subject);
  return name + end;
}

std::optional<ItemId> item_of_name(std::string_view name) {
  if (!name.ends_with(kMessageSuffix)) return std::nullopt;
  name.remove_suffix(kMessageSuffix.size());
  const auto tilde = name.rfind('~');
  if (tilde == std::string_view::npos) return std::nullopt;
  return item_of_tag(name.substr(tilde + 1));
}

}  // namespace yestermail
