// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/erasure_guard.h"

#include <algorithm>

#include "base/codec.h"
#include "base/error.h"
#include "store/history_log.h"
#include "store/pack_reader.h"

namespace yestermail {

bool ErasureGuard::is_erased(const Uuid& account, const Digest& content, Instant since) {
  if (!erased_) return false;
  if (!doubt_.empty() && !account.is_zero()) return true;
  try {
    return erased_(account, content, since);
  } catch (const Error& error) {
    // What was erased stands in the server account: without its files it could never be told.
    if (account.is_zero()) return false;
    doubt_ = std::string("nothing was taken from elsewhere, as it cannot be told what was erased: ") + error.what();
    return true;
  }
}

bool ErasureGuard::is_brought_by(const std::string& path, const Uuid& account, ByteView bytes) {
  if (!erased_) return false;
  const auto staged = layout_.staging() + "/looked-at";
  remove_if_there(disk_, staged);
  disk_.open(staged, Filesystem::Open::kCreate)->write_at(0, bytes);
  bool brought = true;
  try {
    brought = path.ends_with(".log") ? is_in_log(staged, account) : is_in_pack(staged, account);
  } catch (const Error& error) {
    if (error.code() != Errc::kDamage) throw;
  }
  remove_if_there(disk_, staged);
  return brought;
}

bool ErasureGuard::is_in_log(const std::string& staged, const Uuid& account) {
  const auto raw = read_log_frames(disk_, staged);
  ByteReader in(raw);
  while (!in.done()) {
    const auto transaction = decode_transaction(in);
    const bool found = std::ranges::any_of(transaction.operations, [&](const Operation& operation) {
      const auto* put = std::get_if<PutOperation>(&operation);
      return put != nullptr && put->state.digest && is_erased(account, *put->state.digest, transaction.at);
    });
    if (found) return true;
  }
  return false;
}

// It has no instants: what arrived again after it was erased is healed content by content.
bool ErasureGuard::is_in_pack(const std::string& staged, const Uuid& account) {
  const auto contents = PackReader(disk_, staged).contents();
  return std::ranges::any_of(contents,
                             [&](const PackEntry& entry) { return is_erased(account, entry.digest, Instant{}); });
}

}  // namespace yestermail
