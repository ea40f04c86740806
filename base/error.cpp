// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/utf8.h"

namespace yestermail {

void throw_errno(int error_number, const std::string& what) {
  Errc code = Errc::kIo;
  if (error_number == ENOSPC || error_number == EDQUOT) code = Errc::kNoSpace;
  if (error_number == ENOENT || error_number == ENOTDIR) code = Errc::kNotFound;
  if (error_number == EROFS) code = Errc::kReadOnly;
  std::array<char, 128> buffer{};
  throw Error(code, what + ": " + strerror_r(error_number, buffer.data(), buffer.size()));
}

int exit_status(Errc code) {
  switch (code) {
    case Errc::kUsage: return 2;
    case Errc::kDamage: return 3;
    case Errc::kLocked: return 4;
    case Errc::kPartial: return 5;
    default: return 1;
  }
}

int errno_of(Errc code) {
  switch (code) {
    case Errc::kNotFound: return ENOENT;
    case Errc::kUsage: return EINVAL;
    case Errc::kNoSpace: return ENOSPC;
    case Errc::kReadOnly: return EROFS;
    default: return EIO;
  }
}

std::string printable(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto step = utf8_sequence(bytes.substr(at));
    const auto byte = static_cast<unsigned char>(bytes[at]);
    const bool c1_control = step.length == 2 && step.code_point < 0xa0;
    const bool bidi_control = (step.code_point >= 0x202a && step.code_point <= 0x202e) ||
                              (step.code_point >= 0x2066 && step.code_point <= 0x2069);
    if (step.length > 0 && byte >= 0x20 && byte != 0x7f && byte != '\\' && !c1_control && !bidi_control) {
      out += bytes.substr(at, step.length);
      at += step.length;
      continue;
    }
    out += "\\x";
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
    ++at;
  }
  return out;
}

}  // namespace yestermail
