// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/read_ahead.h"

#include <algorithm>

namespace yestermail {
namespace {

constexpr std::size_t kReadPiece = 1U << 20U;
constexpr std::size_t kCheckedBytes = 1U << 20U;  ///< a reader may check larger ones part by part only

[[noreturn]] void refuse_size(const WantedContent& wanted) {
  throw Error(Errc::kDamage, "blob " + wanted.digest.hex() + ": not of the size that was recorded");
}

/// Reads it through: the reader checks what it gives piece by piece, and the whole is checked here.
void check_whole(BlobReader& reader, const WantedContent& wanted) {
  Hasher hasher;
  Bytes piece(kReadPiece);
  for (std::uint64_t at = 0; at < wanted.size;) {
    const auto got = reader.read(at, piece);
    if (got == 0) refuse_size(wanted);
    hasher.update(ByteView(piece).first(got));
    at += got;
  }
  if (hasher.finish() != wanted.digest) {
    throw Error(Errc::kDamage, "blob " + wanted.digest.hex() + ": its bytes are damaged");
  }
}

}  // namespace

ReadAhead::ReadAhead(View& view, unsigned threads) : view_(view) {
  for (unsigned i = 0; i < std::max(1U, threads); ++i) threads_.emplace_back([this] { work(); });
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    queue_.clear();
  }
  asked_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ReadAhead::ask(const WantedContent& wanted) {
  auto slot = std::make_shared<Slot>();
  slot->wanted = wanted;
  slots_.push_back(slot);
  held_bytes_ += std::min(wanted.size, kLargeBytes);
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(slot));
  }
  asked_.notify_one();
}

Content ReadAhead::take() {
  const auto slot = std::move(slots_.front());
  slots_.pop_front();
  held_bytes_ -= std::min(slot->wanted.size, kLargeBytes);
  std::unique_lock lock(mutex_);
  loaded_.wait(lock, [&] { return slot->ready; });
  return std::move(slot->content);
}

void ReadAhead::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    asked_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (stop_) return;
    const auto slot = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    auto content = load(slot->wanted);
    lock.lock();
    slot->content = std::move(content);
    slot->ready = true;
    loaded_.notify_one();
  }
}

Content ReadAhead::load(const WantedContent& wanted) {
  Content content;
  try {
    auto reader = view_.open_blob(wanted.account, wanted.digest);
    if (reader->size() != wanted.size) refuse_size(wanted);
    if (wanted.size >= kLargeBytes) {
      check_whole(*reader, wanted);
      content.large = std::move(reader);
      return content;
    }
    content.bytes.resize(static_cast<std::size_t>(wanted.size));
    for (std::size_t at = 0; at < content.bytes.size();) {
      const auto got = reader->read(at, std::span(content.bytes).subspan(at));
      if (got == 0) refuse_size(wanted);
      at += got;
    }
    if (content.bytes.size() > kCheckedBytes && Digest::of(content.bytes) != wanted.digest) {
      throw Error(Errc::kDamage, "blob " + wanted.digest.hex() + ": its bytes are damaged");
    }
  } catch (const Error& error) {
    content.bytes = {};
    content.refusal = Refusal{error.code(), error.what()};
  } catch (const std::exception& problem) {
    content.bytes = {};
    content.refusal = Refusal{Errc::kFailed, problem.what()};
  }
  return content;
}

}  // namespace yestermail
