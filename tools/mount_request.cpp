// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/mount_request.h"

#include <pwd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>

#include "base/error.h"
#include "tools/store_location.h"

namespace yestermail {
namespace {

constexpr std::uint64_t kMostIdle = 1000;  // Of the unit that it is given in.

/// The mount's own options, as words of -o and as options of the command.
struct Own {
  std::string_view name;
  std::string_view value;  ///< what it takes
};
constexpr std::array<Own, 6> kOwn{
    {{"threads", "N"}, {"log", "FILE"}, {"account", "ACCOUNT"}, {"uid", "USER"}, {"idle", "TIME"}, {"audit", "FILE"}}};

const Own* find_own(std::string_view name) {
  const auto* const found = std::find_if(kOwn.begin(), kOwn.end(), [&](const Own& own) { return own.name == name; });
  return found == kOwn.end() ? nullptr : found;
}

/// Options that mount(8) passes or keeps in fstab and that mean nothing here. "rw" is among them, since it passes that
/// for every entry without "ro"; the mount is read-only all the same.
bool is_of_fstab(std::string_view option) {
  for (const auto* word : {"defaults", "auto", "noauto", "user", "nouser", "users", "_netdev", "nofail", "rw"}) {
    if (option == word) return true;
  }
  return option.starts_with("x-") || option.starts_with("comment=");
}

[[noreturn]] void refuse(std::string_view name, std::string_view value, const std::string& why) {
  throw Error(Errc::kUsage, std::string(name) + "=" + printable(value) + ": " + why);
}

std::optional<std::uint64_t> number(std::string_view text, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  return failed == std::errc{} && stop == end && value <= most ? std::optional(value) : std::nullopt;
}

std::chrono::seconds idle_time(std::string_view text) {
  constexpr std::array<std::pair<char, int>, 4> kUnits{{{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}}};
  for (const auto& [letter, seconds] : kUnits) {
    if (text.empty() || text.back() != letter) continue;
    const auto count = number(text.substr(0, text.size() - 1), kMostIdle);
    if (count && *count > 0) return std::chrono::seconds(*count * static_cast<std::uint64_t>(seconds));
  }
  refuse("idle", text, "is no time as 90s, 30m, 8h or 2d");
}

SingleAccount for_user(const std::string& account, const std::string& user) {
  constexpr std::uint64_t kMostUid = 0xFFFF'FFFE;
  const auto uid = number(user, kMostUid);
  const auto* const entry = uid ? ::getpwuid(static_cast<uid_t>(*uid)) : ::getpwnam(user.c_str());
  if (entry == nullptr && !uid) refuse("uid", user, "there is no such user");
  if (entry == nullptr) return {account, static_cast<std::uint32_t>(*uid), static_cast<std::uint32_t>(*uid)};
  return {account, entry->pw_uid, entry->pw_gid};
}

/// What was given of kOwn, by name; the command's options go before the words of -o.
class OwnOptions {
 public:
  void take(const Own& own, const std::string& value) {
    const std::string name(own.name);
    if (value.empty()) throw Error(Errc::kUsage, name + "= needs a value: " + name + "=" + std::string(own.value));
    values_[name] = value;
  }
  [[nodiscard]] std::optional<std::string> of(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, std::string> values_;
};

void take_word(const std::string& word, OwnOptions& own, MountOptions& mount) {
  if (word.empty() || is_of_fstab(word)) return;
  const auto equals = word.find('=');
  const auto* const ours = equals == std::string::npos ? nullptr : find_own(word.substr(0, equals));
  if (ours != nullptr) {
    own.take(*ours, word.substr(equals + 1));
  } else {
    mount.fuse_options.push_back(word);
  }
}

void take_words(const std::string& list, OwnOptions& own, MountOptions& mount) {
  for (std::size_t from = 0; from <= list.size();) {
    const auto comma = std::min(list.find(',', from), list.size());
    take_word(list.substr(from, comma - from), own, mount);
    from = comma + 1;
  }
}

void apply(const OwnOptions& own, MountRequest& request) {
  if (const auto text = own.of("threads")) {
    const auto threads = number(*text, kMostThreads);
    if (!threads || *threads == 0) refuse("threads", *text, "is no number from 1 to " + std::to_string(kMostThreads));
    request.mount.threads = static_cast<unsigned>(*threads);
  }
  if (const auto text = own.of("idle")) request.mount.idle = idle_time(*text);
  if (const auto file = own.of("log")) request.log = absolute_path(*file);
  if (const auto file = own.of("audit")) request.audit = absolute_path(*file);
  if (own.of("account").has_value() != own.of("uid").has_value()) {
    throw Error(Errc::kUsage, "account and uid go together: which account, and for which user");
  }
  if (const auto account = own.of("account")) request.mount.single = for_user(*account, *own.of("uid"));
}

}  // namespace

MountRequest read_mount_request(const Arguments& arguments, const Environment& env) {
  arguments.at_most_words(2);
  const auto& words = arguments.words();
  if (words.empty()) throw Error(Errc::kUsage, "no mountpoint given: yestermail mount STORE MOUNTPOINT");
  if (words.size() == 2 && arguments.has("store")) {
    throw Error(Errc::kUsage, "the store is given twice: leave out --store or \"" + printable(words[0]) + "\"");
  }
  MountRequest request;
  const auto store = words.size() == 2 ? std::optional<std::string>(words[0]) : arguments.value("store");
  // The process in the background has another working directory.
  request.mount.store_path = absolute_path(store_path(store, env));
  request.mount.mountpoint = absolute_path(words.back());
  request.mount.fuse_device = env.fuse_device;
  request.foreground = arguments.has("foreground");
  OwnOptions own;
  for (const auto& list : arguments.values("options")) take_words(list, own, request.mount);
  static_cast<void>(arguments.number("threads", 1, kMostThreads));  // Its error names the option.
  for (const auto& option : kOwn) {
    if (const auto value = arguments.value(std::string(option.name))) own.take(option, *value);
  }
  apply(own, request);
  return request;
}

}  // namespace yestermail
