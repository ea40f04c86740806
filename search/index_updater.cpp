// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index_updater.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <span>
#include <thread>
#include <unordered_set>

#include "base/clock.h"

namespace yestermail {
namespace {

constexpr std::size_t kVersionsAStep = 2000;
constexpr std::size_t kMessagesAtOnce = 128;

Bytes start_of(BlobReader& blob) {
  Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(blob.size(), kMessageBytes)));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto got = blob.read(filled, std::span(bytes).subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

Instant date_of(const EntryState& state) {
  const auto micros = state.mtime_ns / kNanosPerMicro;
  return Instant{state.mtime_ns % kNanosPerMicro < 0 ? micros - 1 : micros};
}

/// What was read of a message, or why it was not: exceptions do not go from thread to thread.
struct IndexUpdater::Text {
  MessageText text;
  std::optional<std::pair<Errc, std::string>> failure;
};

IndexUpdater::Text IndexUpdater::read(const Version& version) {
  try {
    const auto blob = view_.open_blob(account_.number, *version.state.digest);
    return {message_text(start_of(*blob)), {}};
  } catch (const Error& error) {
    return {{}, std::pair{error.code(), std::string(error.what())}};
  }
}

std::vector<IndexUpdater::Text> IndexUpdater::read_all(std::span<const Version> versions) {
  std::vector<Text> texts(versions.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (auto i = next++; i < versions.size(); i = next++) texts[i] = read(versions[i]);
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < std::min<std::size_t>(threads_, versions.size()); ++i) others.emplace_back(work);
  work();
  for (auto& thread : others) thread.join();
  return texts;
}

void IndexUpdater::add(IndexFile& index, const std::vector<Version>& fresh) {
  const std::span all(fresh);
  const auto piece = [&](std::size_t from) {
    return all.subspan(std::min(from, all.size()), std::min(kMessagesAtOnce, all.size() - std::min(from, all.size())));
  };
  const auto begin_reading = [&](std::size_t from) {
    return std::async(std::launch::async, [this, versions = piece(from)] { return read_all(versions); });
  };
  auto reading = begin_reading(0);
  for (std::size_t from = 0; from < all.size(); from += kMessagesAtOnce) {
    auto texts = reading.get();
    reading = begin_reading(from + kMessagesAtOnce);  // While these are written.
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto& version = all[from + i];
      auto& [text, failure] = texts[i];
      if (failure && failure->first != Errc::kDamage) throw Error(failure->first, failure->second);
      if (failure) {
        ++damaged_;
        text.sender = version.state.sender;
        text.subject = version.state.subject;
      }
      index.add(*version.state.digest, version.state.size, date_of(version.state), text);
      ++messages_;
    }
  }
}

bool IndexUpdater::step(IndexFile& index) {
  const auto versions = view_.begun_after(account_.number, index.seen(), kVersionsAStep);
  if (versions.empty()) return false;
  index.begin();
  std::vector<Version> fresh;
  std::unordered_set<Digest> known;
  std::vector<Version> again;  // Contents that come twice in this step.
  for (const auto& version : versions) {
    if (version.state.kind != EntryKind::kMessage || !version.state.digest) continue;
    const auto& content = *version.state.digest;
    if (known.contains(content)) {
      again.push_back(version);
    } else if (!index.add_date(content, date_of(version.state))) {
      known.insert(content);
      fresh.push_back(version);
    }
  }
  if (!fresh.empty()) add(index, fresh);
  for (const auto& version : again) index.add_date(*version.state.digest, date_of(version.state));
  index.commit({versions.back().since, versions.back().id});
  return true;
}

}  // namespace yestermail
