// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/content_feed.h"

#include <utility>

namespace yestermail {
namespace {

constexpr std::size_t kMaxPending = 1024;  ///< directories and empty files take no place in the read-ahead

}  // namespace

void ContentFeed::add(Member member, const std::optional<Digest>& digest) {
  while (ahead_.full() || pending_.size() >= kMaxPending) write_next();
  if (member.directory || member.size == 0) {
    pending_.push_back({std::move(member), std::nullopt});
  } else if (digest) {
    ahead_.ask({account_, *digest, member.size});
    pending_.push_back({std::move(member), digest});
  } else {
    failed_(member, {Errc::kDamage, "the store has no bytes for it"});
  }
}

void ContentFeed::drain() {
  while (!pending_.empty()) write_next();
}

void ContentFeed::write_next() {
  const auto next = std::move(pending_.front());
  pending_.pop_front();
  if (next.member.directory) {
    builder_.add_directory(next.member);
  } else if (!next.digest) {
    builder_.add_file(next.member, {}, Digest::of({}));
  } else {
    const auto content = ahead_.take();
    if (content.refusal) return failed_(next.member, *content.refusal);
    write(next.member, *next.digest, content);
  }
  written_(next.member);
}

void ContentFeed::write(const Member& member, const Digest& digest, const Content& content) {
  if (!content.large) return builder_.add_file(member, content.bytes, digest);
  builder_.add_large(member, digest, [&](std::uint64_t offset, std::span<std::byte> into) {
    try {
      return content.large->read(offset, into);
    } catch (const Error& error) {
      // It was whole a moment ago, and half of it is in the archive: that cannot be taken back.
      throw Error(Errc::kFailed, printable(member.path) + ": " + error.what());
    }
  });
}

}  // namespace yestermail
