// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/mount_options.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::array<std::string_view, 4> kRefused{"rw", "suid", "dev", "exec"};
constexpr std::array<std::string_view, 3> kOurs{"fsname=", "subtype=", "max_read="};
constexpr std::array<const char*, 9> kAlways{"ro",
                                             "nosuid",
                                             "nodev",
                                             "noexec",
                                             "noatime",
                                             "default_permissions",
                                             "fsname=yestermail",
                                             "subtype=yestermail",
                                             "max_read=1048576"};

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

std::vector<std::string> mount_options(const std::vector<std::string>& asked) {
  std::vector<std::string> options;
  for (const std::string_view list : asked) {
    for (std::size_t from = 0; from <= list.size();) {
      const auto comma = std::min(list.find(',', from), list.size());
      const auto option = list.substr(from, comma - from);
      from = comma + 1;
      if (option.empty()) continue;
      check(option);
      options.emplace_back(option);
    }
  }
  options.insert(options.end(), kAlways.begin(), kAlways.end());
  return options;
}

}  // namespace yestermail
