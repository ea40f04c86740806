// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmime/gmime.h>

#include <mutex>

namespace yestermail {

/// The functions of GMime, and of GLib beneath it, that are called here, as gmime().name(...): it brings twenty
/// libraries, and most commands read no mail.
#define YESTERMAIL_GMIME_FUNCTIONS(DO)         \
  DO(g_ascii_strcasecmp)                       \
  DO(g_free)                                   \
  DO(g_mime_content_type_is_type)              \
  DO(g_mime_data_wrapper_get_encoding)         \
  DO(g_mime_data_wrapper_get_stream)           \
  DO(g_mime_filter_basic_new)                  \
  DO(g_mime_filter_charset_new)                \
  DO(g_mime_init)                              \
  DO(g_mime_message_get_addresses)             \
  DO(g_mime_message_get_mime_part)             \
  DO(g_mime_message_get_subject)               \
  DO(g_mime_message_part_get_message)          \
  DO(g_mime_message_part_get_type)             \
  DO(g_mime_multipart_get_count)               \
  DO(g_mime_multipart_get_part)                \
  DO(g_mime_multipart_get_type)                \
  DO(g_mime_object_get_content_type)           \
  DO(g_mime_object_get_content_type_parameter) \
  DO(g_mime_object_get_disposition)            \
  DO(g_mime_parser_construct_message)          \
  DO(g_mime_parser_new_with_stream)            \
  DO(g_mime_part_get_content)                  \
  DO(g_mime_part_get_filename)                 \
  DO(g_mime_part_get_type)                     \
  DO(g_mime_stream_filter_add)                 \
  DO(g_mime_stream_filter_new)                 \
  DO(g_mime_stream_mem_new_with_buffer)        \
  DO(g_mime_stream_read)                       \
  DO(g_mime_stream_reset)                      \
  DO(g_mime_utils_header_decode_text)          \
  DO(g_object_unref)                           \
  DO(g_type_check_instance_is_a)               \
  DO(internet_address_get_name)                \
  DO(internet_address_list_get_address)        \
  DO(internet_address_list_length)             \
  DO(internet_address_list_parse)              \
  DO(internet_address_list_to_string)          \
  DO(internet_address_mailbox_get_addr)        \
  DO(internet_address_mailbox_get_type)

struct GMimeFunctions {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a name that is declared.
#define YESTERMAIL_DECLARE(name) decltype(&::name) name = nullptr;
  YESTERMAIL_GMIME_FUNCTIONS(YESTERMAIL_DECLARE)
#undef YESTERMAIL_DECLARE
};

/// Loaded and begun at the first call. Error{kFailed} where there is no GMime.
const GMimeFunctions& gmime();

/// To be held while GMime works: the C library loads and unloads character sets behind it, which checkers of threads
/// take for races.
[[nodiscard]] std::unique_lock<std::mutex> enter_gmime();

/// The object as one of a type, which tells by T which that is; nullptr where it is none.
template <class T, class Object>
T* as(Object* object, GType type) {
  const bool is = gmime().g_type_check_instance_is_a(reinterpret_cast<GTypeInstance*>(object), type) != 0;
  return is ? reinterpret_cast<T*>(object) : nullptr;
}

/// Releases of CPtr.
inline void unref(void* object) { gmime().g_object_unref(object); }
inline void free_text(char* text) { gmime().g_free(text); }

}  // namespace yestermail
