// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/setting_files.h"

#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "store/server_account.h"

namespace yestermail {
namespace {

constexpr std::size_t kLongestName = 255;  // Of a file: @server shows it.
constexpr std::uint32_t kMode = 0600;
constexpr std::int64_t kMostMicros = INT64_MAX / kNanosPerMicro;  // A time of a file ends with the year 2262.

void require_file_name(const std::string& name) {
  const bool plain = printable(name) == name && name.find('/') == std::string::npos;
  if (plain && name.size() <= kLongestName) return;
  throw Error(Errc::kUsage, "\"" + printable(name) +
                                "\": the name of a setting has 255 bytes at most, and no slash, backslash or control "
                                "character");
}

}  // namespace

std::vector<Version> setting_files(View& view, std::string_view word) {
  auto entries = view.list_kind(kServerAccount, kSettingsDirectory, kForever, EntryKind::kFile);
  const auto start = std::string(word) + " ";
  std::erase_if(entries, [&](const Version& entry) { return !entry.state.name.starts_with(start); });
  std::ranges::sort(entries, {}, [](const Version& entry) { return entry.state.name; });
  return entries;
}

std::optional<Version> setting_file(View& view, std::string_view name) {
  auto entry = view.lookup(kServerAccount, kSettingsDirectory, name, kForever);
  if (entry && entry->state.kind != EntryKind::kFile) return std::nullopt;
  return entry;
}

std::optional<Bytes> read_setting_file(View& view, const Version& version, std::size_t most) {
  if (version.state.size > most) return std::nullopt;
  Bytes bytes(static_cast<std::size_t>(version.state.size));
  if (!version.state.digest) return bytes;
  const auto blob = view.open_blob(kServerAccount, *version.state.digest);
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto got = blob->read(at, std::span(bytes).subspan(at));
    if (got == 0) break;
    at += got;
  }
  bytes.resize(at);
  return bytes;
}

void put_setting_file(Recorder& recorder, const std::string& name, Bytes content, Instant now) {
  require_file_name(name);
  const auto before = recorder.view().lookup(kServerAccount, kSettingsDirectory, name, kForever);
  Put put;
  put.item = before ? before->item : recorder.new_item(kServerAccount);
  put.cause = before ? Cause::kChanged : Cause::kArrived;
  put.state.parent = kSettingsDirectory;
  put.state.name = name;
  put.state.digest = Digest::of(content);
  put.state.size = content.size();
  put.state.mtime_ns = std::min(now.value, kMostMicros) * kNanosPerMicro;
  put.state.mode = kMode;
  const std::vector<Change> changes{put};
  const std::vector<Bytes> blobs{std::move(content)};
  recorder.record(kServerAccount, changes, blobs);
}

}  // namespace yestermail
