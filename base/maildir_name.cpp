// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/maildir_name.h"

namespace yestermail {

std::string_view maildir_base(std::string_view file_name) {
  const auto colon = file_name.find(':');
  if (colon == 0) return file_name;
  return file_name.substr(0, colon);
}

std::string_view maildir_flags(std::string_view file_name) {
  const auto colon = file_name.rfind(':');
  if (colon == std::string_view::npos) return {};
  auto info = file_name.substr(colon + 1);
  if (!info.starts_with("2,")) return {};
  info.remove_prefix(2);
  return info.substr(0, info.find(','));
}

}  // namespace yestermail
