// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/blob_files.h"

#include <algorithm>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::size_t kReadersBudget = 4U << 20U;
/// The most that a reader may hold: larger blobs are joined from cached parts as they are read.
constexpr std::size_t kReaderBytes = 1U << 20U;
constexpr std::size_t kReaderOverhead = 4U << 10U;
constexpr std::size_t kMostReported = 1000;
constexpr std::uint64_t kReportEvery = 1000;

}  // namespace

BlobFiles::BlobFiles(View& view, Log& log) : view_(view), log_(log), readers_(kReadersBudget) {}

std::optional<Attributes> BlobFiles::attributes(AccountNumber account, VersionId body, Style style) {
  const auto version = view_.version(account, body);
  if (!version || version->state.kind == EntryKind::kDirectory) return std::nullopt;
  return attributes_of(version->state, style);
}

LruCache<BlobFiles::Key, BlobFiles::OpenBlob>::Loaded BlobFiles::open(const Key& key) {
  const auto version = view_.version(key.first, key.second);
  if (!version) throw Error(Errc::kNotFound, "no such item in this account (any more)");
  auto blob = std::make_shared<OpenBlob>();
  blob->size = version->state.size;
  if (blob->size > 0) {
    if (!version->state.digest) throw Error(Errc::kDamage, "its version has a size but no digest");
    blob->reader = view_.open_blob(key.first, *version->state.digest);
    if (blob->reader->size() != blob->size) {
      throw Error(Errc::kDamage, "its blob has " + std::to_string(blob->reader->size()) + " bytes, recorded were " +
                                     std::to_string(blob->size));
    }
  }
  const auto bytes = kReaderOverhead + static_cast<std::size_t>(std::min<std::uint64_t>(blob->size, kReaderBytes));
  return {std::move(blob), bytes};
}

std::size_t BlobFiles::read(AccountNumber account, VersionId body, std::uint64_t offset, std::span<std::byte> into) {
  const Key key{account, body};
  try {
    const auto blob = readers_.get(key, [&] { return open(key); });
    if (offset >= blob->size || into.empty()) return 0;
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), blob->size - offset));
    std::size_t done = 0;
    while (done < most) {
      const auto got = blob->reader->read(offset + done, into.subspan(done, most - done));
      if (got == 0) throw Error(Errc::kDamage, "its blob ends early");
      done += got;
    }
    return done;
  } catch (const Error& error) {
    if (error.code() != Errc::kNotFound || view_.version(account, body)) report(key, error.what());
    throw;
  }
}

void BlobFiles::report(const Key& key, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (reported_.size() >= kMostReported) reported_.clear();
    if (reported_[key]++ % kReportEvery != 0) return;
  }
  log_.error("cannot read " + describe(key) + ": " + why);
}

std::string BlobFiles::describe(const Key& key) {
  const auto account = view_.account(key.first);
  auto text = "account " + (account ? printable(account->name) : std::to_string(key.first.value));
  const auto version = view_.version(key.first, key.second);
  if (!version) return text + ", version " + std::to_string(key.second.value);
  std::string path = version->state.name;
  auto parent = version->state.parent;
  constexpr int kMostLevels = 64;
  for (int level = 0; level < kMostLevels && parent != kNoItem && parent != kRootItem; ++level) {
    const auto directory = view_.item_at(key.first, parent, version->since);
    if (!directory) break;
    path = directory->state.name + "/" + path;
    parent = directory->state.parent;
  }
  return text + ", item " + printable(path);
}

}  // namespace yestermail
