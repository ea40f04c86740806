// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/subscription_list.h"

#include <algorithm>

#include "restore/dot_lock.h"

namespace yestermail {
namespace {

constexpr std::string_view kVersion2 = "V\t2\n\n";
constexpr const char* kSubscriptionsFile = "subscriptions";

bool has_line(std::string_view text, std::string_view line) {
  while (!text.empty()) {
    const auto one = text.substr(0, text.find('\n'));
    if (one == line) return true;
    text.remove_prefix(std::min(text.size(), one.size() + 1));
  }
  return false;
}

}  // namespace

std::optional<std::string> with_subscription(std::string_view text, std::string_view layout,
                                             std::string_view directory) {
  std::string result(text.empty() ? kVersion2 : text);
  const char separator = layout == "fs" ? '/' : '.';
  std::string name(directory.substr(layout == "fs" ? 0 : 1));
  if (result.starts_with("V\t2\n")) std::ranges::replace(name, separator, '\t');
  if (has_line(result, name)) return std::nullopt;
  if (!result.ends_with('\n')) result += '\n';
  return result + name + "\n";
}

void subscribe(const HeldDirectory& root, std::string_view layout, std::string_view directory) {
  const auto owner = root.owner();
  const DotLock lock(root, kSubscriptionsFile, owner);
  const auto text = with_subscription(root.text(kSubscriptionsFile).value_or(std::string()), layout, directory);
  if (text) replace_text(root, kSubscriptionsFile, *text, owner);
}

}  // namespace yestermail
