// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/message_text.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/c_ptr.h"
#include "mail/gmime_library.h"
#include "mail/header_words.h"
#include "mail/html_text.h"
#include "mail/tidy_text.h"

namespace yestermail {
namespace {

constexpr std::size_t kMostNesting = 200;       // Parts that hold parts: each may be one level of recursion in GMime.
constexpr std::size_t kMostHeader = 256 << 10;  // GMime's work on a list of addresses grows faster than the list.
constexpr int kMostParts = 1000;
constexpr std::size_t kMostHtml = 256 << 10;

template <class T>
using Object = CPtr<T, unref>;
using CText = CPtr<char, free_text>;

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : std::string(text); }

std::size_t count_of(std::string_view text, std::string_view wanted) {
  const auto same = [](char a, char b) { return lower_case(a) == b; };
  std::size_t count = 0;
  for (auto from = text.begin();; ++count) {
    from = std::search(from, text.end(), wanted.begin(), wanted.end(), same);
    if (from == text.end()) return count;
    ++from;
  }
}

/// False for what is made to be hard to read. GMime itself sets no bounds.
bool is_modest(std::string_view text) {
  auto header = std::min(text.find("\n\n"), text.find("\n\r\n"));
  header = std::min(header, text.size());
  // Only what follows "Content-Type:" would nest, but to say so takes a parser.
  return header <= kMostHeader && count_of(text, "multipart/") + count_of(text, "message/") <= kMostNesting;
}

std::string read_stream(GMimeStream* stream, std::size_t most) {
  std::string all;
  std::array<char, 8192> buffer{};
  while (all.size() < most) {
    const auto got = gmime().g_mime_stream_read(stream, buffer.data(), std::min(buffer.size(), most - all.size()));
    if (got <= 0) break;
    all.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return all;
}

/// The start of a part's content, decoded, in UTF-8.
std::string content_of(GMimePart* part, std::size_t most) {
  auto* const content = gmime().g_mime_part_get_content(part);
  auto* const raw = content == nullptr ? nullptr : gmime().g_mime_data_wrapper_get_stream(content);
  if (raw == nullptr) return {};
  gmime().g_mime_stream_reset(raw);
  const Object<GMimeStream> decoded(gmime().g_mime_stream_filter_new(raw));
  auto* const filters = reinterpret_cast<GMimeStreamFilter*>(decoded.get());
  const Object<GMimeFilter> decoder(
      gmime().g_mime_filter_basic_new(gmime().g_mime_data_wrapper_get_encoding(content), FALSE));
  gmime().g_mime_stream_filter_add(filters, decoder.get());
  const auto charset = text_or_empty(gmime().g_mime_object_get_content_type_parameter(&part->parent_object, "charset"));
  // What calls itself ASCII often is not, and is looked at as if it had said nothing.
  if (!charset.empty() && gmime().g_ascii_strcasecmp(charset.c_str(), "us-ascii") != 0 &&
      gmime().g_ascii_strcasecmp(charset.c_str(), "utf-8") != 0) {
    const Object<GMimeFilter> converter(gmime().g_mime_filter_charset_new(charset.c_str(), "utf-8"));
    if (converter) gmime().g_mime_stream_filter_add(filters, converter.get());
  }
  auto text = read_stream(decoded.get(), most);
  return is_utf8(text, text.size() == most) ? text : utf8_of_latin1(text);
}

/// Gathers from the parts of a message.
class Gatherer {
 public:
  explicit Gatherer(MessageText& text) : text_(text) {}

  void message(GMimeMessage* message, bool outermost) {
    if (!outermost) {
      add_body(text_or_empty(gmime().g_mime_message_get_subject(message)));
      add_body(addresses(message, GMIME_ADDRESS_TYPE_FROM));
    }
    if (auto* const part = gmime().g_mime_message_get_mime_part(message)) object(part);
  }

  static std::string addresses(GMimeMessage* message, GMimeAddressType type) {
    auto* const list = gmime().g_mime_message_get_addresses(message, type);
    if (list == nullptr) return {};
    const CText text(gmime().internet_address_list_to_string(list, nullptr, FALSE));
    return text_or_empty(text.get());
  }

 private:
  void object(GMimeObject* part) {
    if (part == nullptr || ++parts_ > kMostParts) return;
    note_attachment(part);
    if (auto* const holder = as<GMimeMessagePart>(part, gmime().g_mime_message_part_get_type())) {
      auto* const inner = gmime().g_mime_message_part_get_message(holder);
      if (inner != nullptr) message(inner, false);
    } else if (auto* const all = as<GMimeMultipart>(part, gmime().g_mime_multipart_get_type())) {
      multipart(all);
    } else if (auto* const one = as<GMimePart>(part, gmime().g_mime_part_get_type())) {
      leaf(one);
    }
  }

  static bool is_type(GMimeObject* part, const char* type, const char* subtype) {
    auto* const said = gmime().g_mime_object_get_content_type(part);
    return said != nullptr && gmime().g_mime_content_type_is_type(said, type, subtype) != 0;
  }

  void multipart(GMimeMultipart* all) {
    const bool alternative = is_type(&all->parent_object, "multipart", "alternative");
    const int count = gmime().g_mime_multipart_get_count(all);
    const auto before = text_.body.size();
    for (int i = 0; i < count; ++i) {
      auto* const part = gmime().g_mime_multipart_get_part(all, i);
      // The plain text comes first and says the same.
      if (alternative && text_.body.size() > before && is_type(part, "text", "html")) continue;
      object(part);
    }
  }

  void note_attachment(GMimeObject* part) {
    const auto disposition = text_or_empty(gmime().g_mime_object_get_disposition(part));
    std::string name;
    if (auto* const one = as<GMimePart>(part, gmime().g_mime_part_get_type())) {
      name = tidy_text(text_or_empty(gmime().g_mime_part_get_filename(one)), 1024);
    }
    if (gmime().g_ascii_strcasecmp(disposition.c_str(), "attachment") == 0 || !name.empty()) text_.attachment = true;
    if (!name.empty() && text_.files.size() < kMostFiles) text_.files.push_back(std::move(name));
  }

  void leaf(GMimePart* part) {
    if (text_.body.size() >= kBodyBytes) return;
    if (is_type(&part->parent_object, "text", "html")) {
      add_body(html_text(content_of(part, kMostHtml)));
    } else if (is_type(&part->parent_object, "text", "*")) {
      add_body(content_of(part, kBodyBytes));
    }
  }

  void add_body(const std::string& text) {
    const auto room = kBodyBytes - std::min(kBodyBytes, text_.body.size() + 1);
    const auto more = tidy_text(text, room);
    if (more.empty()) return;
    if (!text_.body.empty()) text_.body += ' ';
    text_.body += more;
  }

  MessageText& text_;
  int parts_ = 0;
};

Object<GMimeMessage> parse(std::string_view text) {
  const Object<GMimeStream> stream(gmime().g_mime_stream_mem_new_with_buffer(text.data(), text.size()));
  const Object<GMimeParser> parser(gmime().g_mime_parser_new_with_stream(stream.get()));
  return Object<GMimeMessage>(gmime().g_mime_parser_construct_message(parser.get(), nullptr));
}

std::string joined(std::initializer_list<std::string> texts) {
  std::string all;
  for (const auto& text : texts) {
    if (!text.empty()) all += (all.empty() ? "" : ", ") + text;
  }
  return tidy_text(all, kFieldBytes);
}

}  // namespace

MessageText message_text(ByteView message) {
  const auto bytes = message.subspan(0, std::min(message.size(), kMessageBytes));
  MessageText text;
  // These read headers that are broken in more ways than GMime puts up with.
  auto words = header_words(bytes);
  // Of a message without a byte GMime complains on standard error.
  if (!bytes.empty() && is_modest(as_text(bytes))) {
    const auto lock = enter_gmime();
    if (const auto parsed = parse(as_text(bytes))) {
      text.sender = joined({Gatherer::addresses(parsed.get(), GMIME_ADDRESS_TYPE_FROM),
                            Gatherer::addresses(parsed.get(), GMIME_ADDRESS_TYPE_SENDER)});
      text.recipients = joined({Gatherer::addresses(parsed.get(), GMIME_ADDRESS_TYPE_TO),
                                Gatherer::addresses(parsed.get(), GMIME_ADDRESS_TYPE_CC),
                                Gatherer::addresses(parsed.get(), GMIME_ADDRESS_TYPE_BCC)});
      text.subject = tidy_text(text_or_empty(gmime().g_mime_message_get_subject(parsed.get())), kFieldBytes);
      Gatherer(text).message(parsed.get(), true);
    }
  }
  if (text.sender.empty()) text.sender = std::move(words.sender);
  if (text.subject.empty()) text.subject = std::move(words.subject);
  return text;
}

}  // namespace yestermail
