// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "archive/archive_builder.h"
#include "archive/read_ahead.h"

namespace yestermail {

/// Puts members into an archive in the order in which they are given, while the contents of the next ones are read
/// ahead. One thread.
class ContentFeed {
 public:
  using Failed = std::function<void(const Member& member, const Refusal& why)>;
  using Written = std::function<void(const Member& member)>;

  ContentFeed(View& view, AccountNumber account, unsigned threads, ArchiveBuilder& builder, Failed failed,
              Written written)
      : account_(account),
        builder_(builder),
        failed_(std::move(failed)),
        written_(std::move(written)),
        ahead_(view, threads) {}

  /// A directory, or a file with this content. A content that cannot be had is told, and its file left out.
  void add(Member member, const std::optional<Digest>& digest);
  /// On return all that was added is written.
  void drain();

 private:
  struct Pending {
    Member member;
    std::optional<Digest> digest;  ///< none: nothing was asked for
  };
  void write_next();
  void write(const Member& member, const Digest& digest, const Content& content);

  const AccountNumber account_;
  ArchiveBuilder& builder_;
  const Failed failed_;
  const Written written_;
  std::deque<Pending> pending_;
  ReadAhead ahead_;
};

}  // namespace yestermail
