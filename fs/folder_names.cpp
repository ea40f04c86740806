// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/folder_names.h"

#include <algorithm>
#include <numeric>

#include "base/bytes.h"
#include "base/checksum.h"
#include "fs/item_names.h"
#include "fs/item_tag.h"
#include "fs/modified_utf7.h"
#include "fs/node_id.h"
#include "fs/safe_text.h"

namespace yestermail {
namespace {

constexpr std::size_t kSuffixLength = 6;

struct Readable {
  std::string text;
  bool clean = true;  // Nothing had to be changed.
};

/// "x~k3f9" and "x~k3f9.eml" are what we end names with ourselves.
bool has_suffix_of_ours(std::string_view text) {
  if (text.ends_with(kMessageSuffix)) text.remove_suffix(kMessageSuffix.size());
  const auto tilde = text.rfind('~');
  if (tilde == std::string_view::npos || text.size() - tilde < 4) return false;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(tilde) + 1, text.end(), is_tag_character);
}

std::string decoded_folder(std::string_view raw) { return decode_modified_utf7(raw).value_or(std::string(raw)); }

std::string as_it_is(std::string_view raw) { return std::string(raw); }

Readable readable(const std::string& decoded) {
  std::string text(without_trailing_dots(cut_text(safe_text(decoded, Charset::kPosix), kLongestEntryName)));
  if (text.empty() || text.front() == '-' || text.front() == '.') text.insert(0, "_");
  const bool clean = text == decoded && !has_suffix_of_ours(text);
  return {std::move(text), clean};
}

std::string with_suffix(std::string_view text, std::string_view raw, std::uint64_t seed) {
  return std::string(cut_text(text, kLongestEntryName - kSuffixLength - 1)) + "~" +
         tag_text(checksum(as_bytes(raw), seed), kSuffixLength);
}

std::vector<std::string> readable_names(const std::vector<std::string>& raw, const std::set<std::string>& taken,
                                        std::string (*decoded)(std::string_view)) {
  std::vector<std::size_t> order(raw.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return raw[a] < raw[b]; });
  std::vector<std::string> names(raw.size());
  auto used = taken;
  std::vector<std::pair<std::size_t, std::string>> changed;
  for (const auto i : order) {
    auto [text, clean] = readable(decoded(raw[i]));
    if (clean && used.insert(text).second) {
      names[i] = std::move(text);
    } else {
      changed.emplace_back(i, std::move(text));
    }
  }
  for (const auto& [i, text] : changed) {
    std::uint64_t seed = 0;
    do {
      names[i] = with_suffix(text, raw[i], seed++);
    } while (!used.insert(names[i]).second);
  }
  return names;
}

}  // namespace

std::vector<std::string> maildir_folder_path(std::string_view directory) {
  if (directory.size() < 2 || directory.front() != '.' || directory == "..DOVECOT-TRASHED") return {};
  directory.remove_prefix(1);
  std::vector<std::string> path;
  for (auto dot = directory.find('.'); dot != std::string_view::npos && path.size() + 1 < kMaxFolderDepth;
       dot = directory.find('.')) {
    path.emplace_back(directory.substr(0, dot));
    directory.remove_prefix(dot + 1);
  }
  path.emplace_back(directory);
  return path;
}

std::vector<std::string> readable_folder_names(const std::vector<std::string>& raw,
                                               const std::set<std::string>& taken) {
  return readable_names(raw, taken, decoded_folder);
}

std::vector<std::string> readable_account_names(const std::vector<std::string>& raw) {
  return readable_names(raw, {"@server"}, as_it_is);
}

}  // namespace yestermail
