// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/mount_options.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::array<std::string_view, 4> kRefused{"rw", "suid", "dev", "exec"};
constexpr std::string_view kClosed = "closed";
constexpr std::string_view kReadOnly = "ro";
constexpr std::array<std::string_view, 3> kOurs{"fsname=", "subtype=", "max_read="};
constexpr std::array<const char*, 8> kAlways{
    "nosuid",          "nodev", "noexec", "noatime", "default_permissions", "fsname=yestermail", "subtype=yestermail",
    "max_read=1048576"};

std::vector<std::string_view> words_of(const std::vector<std::string>& lists) {
  std::vector<std::string_view> words;
  for (const std::string_view list : lists) {
    for (std::size_t from = 0; from <= list.size();) {
      const auto comma = std::min(list.find(',', from), list.size());
      if (comma > from) words.push_back(list.substr(from, comma - from));
      from = comma + 1;
    }
  }
  return words;
}

void check(std::string_view option) {
  if (std::find(kRefused.begin(), kRefused.end(), option) != kRefused.end()) {
    throw Error(Errc::kUsage,
                "-o " + std::string(option) + ": the past is read-only, and nothing in it runs; leave it out");
  }
  for (const auto ours : kOurs) {
    if (option.starts_with(ours))
      throw Error(Errc::kUsage, "-o " + std::string(ours) + " is set already; leave it out");
  }
}

}  // namespace

bool is_closed(const std::vector<std::string>& asked) {
  const auto words = words_of(asked);
  return std::find(words.begin(), words.end(), kClosed) != words.end();
}

std::vector<std::string> mount_options(const std::vector<std::string>& asked) {
  const bool closed = is_closed(asked);
  std::vector<std::string> options;
  for (const auto word : words_of(asked)) {
    check(word);
    // The kernel would say EROFS before it looks at a mode.
    if (word != kClosed && !(closed && word == kReadOnly)) options.emplace_back(word);
  }
  if (!closed) options.emplace_back(kReadOnly);
  options.insert(options.end(), kAlways.begin(), kAlways.end());
  return options;
}

}  // namespace yestermail
