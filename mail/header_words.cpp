// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/header_words.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/ascii.h"
#include "base/c_ptr.h"
#include "mail/gmime_library.h"
#include "mail/tidy_text.h"

namespace yestermail {
namespace {

constexpr std::size_t kHeaderLines = 1000;
constexpr std::size_t kValueBytes = 2048;

using CText = CPtr<char, free_text>;
using AddressList = CPtr<InternetAddressList, unref>;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// What is kept of the headers that are looked for: unfolded, cut, without NUL.
struct RawWords {
  std::optional<std::string> from, sender, subject;

  std::optional<std::string>* wanted(std::string_view name) {
    std::optional<std::string>* slot = nullptr;
    if (same_letters(name, "from")) slot = &from;
    if (same_letters(name, "sender")) slot = &sender;
    if (same_letters(name, "subject")) slot = &subject;
    return slot != nullptr && !*slot ? slot : nullptr;  // The first one of a name counts.
  }
};

void append_value(std::string& value, std::string_view text) {
  text = text.substr(0, kValueBytes - std::min(kValueBytes, value.size()));
  std::ranges::copy_if(text, std::back_inserter(value), [](char c) { return c != '\0'; });
}

RawWords find_headers(std::string_view text) {
  RawWords words;
  std::optional<std::string>* open = nullptr;  // The header whose continuation lines are awaited.
  for (std::size_t lines = 0; lines < kHeaderLines && !text.empty(); ++lines) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    if (is_blank(line.front())) {
      if (open != nullptr) append_value(**open, line);
      continue;
    }
    const auto colon = line.find(':');
    open = nullptr;
    if (colon == std::string_view::npos) continue;
    auto name = line.substr(0, colon);
    while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
    open = words.wanted(name);
    if (open != nullptr) append_value(open->emplace(), line.substr(colon + 1));
  }
  return words;
}

std::string tidy(std::string_view text) { return tidy_text(text, kHeaderWordBytes); }

bool is_plain(std::string_view text) {
  return text.find("=?") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string decoded(const std::string& raw) {
  if (is_plain(raw)) return tidy(raw);
  const auto lock = enter_gmime();
  const CText text(gmime().g_mime_utils_header_decode_text(nullptr, raw.c_str()));
  return text ? tidy(text.get()) : std::string();
}

/// The name or the address of the first of a list, looked for no deeper than in one group; nothing: it has none.
std::optional<std::string> first_address(const std::string& raw) {
  const auto lock = enter_gmime();
  const AddressList list(gmime().internet_address_list_parse(nullptr, raw.c_str()));
  if (!list || gmime().internet_address_list_length(list.get()) == 0) return std::nullopt;
  InternetAddress* first = gmime().internet_address_list_get_address(list.get(), 0);
  if (const char* name = gmime().internet_address_get_name(first); name != nullptr) {
    if (auto text = tidy(name); !text.empty()) return text;
  }
  auto* const mailbox = as<InternetAddressMailbox>(first, gmime().internet_address_mailbox_get_type());
  const char* address = mailbox == nullptr ? nullptr : gmime().internet_address_mailbox_get_addr(mailbox);
  return address == nullptr ? std::nullopt : std::optional(tidy(address));
}

std::string sender_of(const std::string& raw) {
  auto address = first_address(raw);
  return address ? *std::move(address) : decoded(raw);
}

}  // namespace

HeaderWords header_words(ByteView start_of_message) {
  const auto text = as_text(start_of_message.subspan(0, std::min(start_of_message.size(), kHeaderBytes)));
  const auto raw = find_headers(text);
  HeaderWords words;
  if (raw.from) words.sender = sender_of(*raw.from);
  if (words.sender.empty() && raw.sender) words.sender = sender_of(*raw.sender);
  if (raw.subject) words.subject = decoded(*raw.subject);
  return words;
}

}  // namespace yestermail
