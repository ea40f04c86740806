// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/history_log.h"

#include <algorithm>
#include <array>

#include "base/checksum.h"
#include "base/codec.h"
#include "base/error.h"
#include "store/compressor.h"
#include "store/frame.h"

namespace yestermail {
namespace {

constexpr std::size_t kFrameBytes = 4U << 20U;
constexpr std::uint64_t kMergeBytes = 128U << 10U;

Bytes encode_header(Lsn from, Lsn to, const Uuid& store, const Uuid& account, const Digest& previous) {
  Bytes header;
  ByteWriter out(header);
  out.raw(as_bytes(kLogMagic));
  out.u64(from.value);
  out.u64(to.value);
  out.raw(store.bytes());
  out.raw(account.bytes());
  out.raw(previous.bytes());
  out.u64(0);
  out.u64(0);
  out.u64(checksum(header));
  return header;
}

Digest previous_of(const File& file, const std::string& path) {
  std::array<std::byte, kLogHeaderBytes> header{};
  const bool whole =
      file.read_at(0, header) == header.size() && as_text(ByteView(header).first(kLogMagic.size())) == kLogMagic;
  ByteReader sum(ByteView(header).last(8));
  if (!whole || sum.u64() != checksum(ByteView(header).first(kLogHeaderBytes - 8))) {
    throw Error(Errc::kDamage, path + ": its header is damaged");
  }
  return *Digest::from_bytes(ByteView(header).subspan(56, Digest::kSize));
}

}  // namespace

Bytes read_log_frames(Filesystem& disk, const std::string& path) {
  const auto file = disk.open(path, Filesystem::Open::kRead);
  const auto size = file->size();
  Bytes raw;
  std::uint64_t at = kLogHeaderBytes;
  while (at < size) {
    auto frame = read_frame(*file, path, at, FrameKind::kData);
    append(raw, frame.raw);
    at = frame.end;
  }
  return raw;
}

HistoryLog::HistoryLog(Filesystem& disk, const Layout& layout, const Uuid& store, const Uuid& account)
    : disk_(disk), layout_(layout), store_(store), account_(account) {}

std::string HistoryLog::path(const LogName& name) const { return layout_.logs(account_) + "/" + log_name_text(name); }

std::vector<LogName> HistoryLog::files() const {
  std::vector<LogName> all;
  for (const auto& text : disk_.list(layout_.logs(account_))) {
    if (const auto name = parse_log_name(text)) all.push_back(*name);
  }
  std::sort(all.begin(), all.end(), [](const LogName& a, const LogName& b) {
    return std::pair(a.from, b.to) < std::pair(b.from, a.to);  // Of two that begin together the longer one first.
  });
  std::vector<LogName> kept;
  for (const auto& name : all) {
    if (kept.empty() || name.to > kept.back().to) kept.push_back(name);
  }
  return kept;
}

Lsn HistoryLog::covered() const {
  const auto all = files();
  return all.empty() ? Lsn{} : all.back().to;
}

void HistoryLog::read(Lsn after, Log& log, const std::function<void(const Transaction&)>& visit) const {
  Lsn seen = after;
  Digest previous;
  for (const auto& name : files()) {
    if (name.to <= after) {
      previous = name.digest;
      continue;
    }
    try {
      const auto file = disk_.open(path(name), Filesystem::Open::kRead);
      const auto named = previous_of(*file, path(name));
      if (named != previous) log.error(path(name) + ": the log before it is missing or exchanged");
      previous = name.digest;
      const auto raw = read_log_frames(disk_, path(name));
      ByteReader in(raw);
      while (!in.done()) {
        const auto transaction = decode_transaction(in);
        if (transaction.lsn <= seen) continue;
        seen = transaction.lsn;
        visit(transaction);
      }
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage) throw;
      log.error(std::string(error.what()) + "; this part of the account's history is lost");
    }
  }
}

void HistoryLog::read_strictly(const std::function<void(const Transaction&)>& visit) const {
  Lsn seen;
  Digest previous;
  for (const auto& name : files()) {
    const auto file = disk_.open(path(name), Filesystem::Open::kRead);
    const bool follows = name.from == Lsn{} || previous_of(*file, path(name)) == previous;
    if (!follows || (previous == Digest{} && name.from > Lsn{1})) {
      throw Error(Errc::kDamage, path(name) + ": the log before it is missing or exchanged");
    }
    previous = name.digest;
    const auto raw = read_log_frames(disk_, path(name));
    ByteReader in(raw);
    while (!in.done()) {
      const auto transaction = decode_transaction(in);
      if (transaction.account != account_) throw Error(Errc::kDamage, path(name) + ": of another account");
      if (transaction.lsn <= seen) continue;
      seen = transaction.lsn;
      visit(transaction);
    }
  }
}

HistoryLog::Rewrite::Rewrite(const HistoryLog& log)
    : log_(log), staged_(log.layout_.staging() + "/" + log.account_.hex() + ".log"), compressor_(3) {
  name_.to = log.covered();
  remove_if_there(log.disk_, staged_);
  file_ = log.disk_.open(staged_, Filesystem::Open::kCreate);
  write(encode_header(name_.from, name_.to, log.store_, log.account_, {}));
}

void HistoryLog::Rewrite::write(ByteView bytes) {
  file_->write_at(written_, bytes);
  hasher_.update(bytes);
  written_ += bytes.size();
}

void HistoryLog::Rewrite::flush(std::size_t at_least) {
  std::size_t at = 0;
  for (; pending_.size() - at >= std::max<std::size_t>(at_least, 1);) {
    const auto piece = ByteView(pending_).subspan(at, std::min(kFrameBytes, pending_.size() - at));
    Bytes frame;
    append_frame(FrameKind::kData, compressor_.encode(piece), piece.size(), written_, frame);
    write(frame);
    at += piece.size();
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
}

void HistoryLog::Rewrite::add(const Transaction& transaction) {
  encode_for_log(transaction, pending_);
  flush(kFrameBytes);
}

void HistoryLog::Rewrite::finish() {
  flush(1);
  file_->sync();
  name_.digest = hasher_.finish();
}

void HistoryLog::Rewrite::read(const std::function<void(const Transaction&)>& visit) const {
  const auto raw = read_log_frames(log_.disk_, staged_);
  ByteReader in(raw);
  while (!in.done()) visit(decode_transaction(in));
}

void HistoryLog::Rewrite::install() {
  const auto others = log_.disk_.list(log_.layout_.logs(log_.account_));
  const auto text = log_name_text(name_);
  log_.disk_.rename(staged_, log_.layout_.logs(log_.account_) + "/" + text);
  log_.disk_.sync_directory(log_.layout_.logs(log_.account_));
  for (const auto& other : others) {
    if (other != text && parse_log_name(other)) log_.disk_.remove(log_.layout_.logs(log_.account_) + "/" + other);
  }
  log_.disk_.sync_directory(log_.layout_.logs(log_.account_));
}

void HistoryLog::add(Lsn to, ByteView transactions) {
  const auto before = files();
  LogName name;
  name.to = to;
  name.from = before.empty() ? Lsn{1} : Lsn{before.back().to.value + 1};
  Digest previous = before.empty() ? Digest{} : before.back().digest;
  Bytes raw;
  if (!before.empty()) {
    try {
      const auto& last = before.back();
      const auto file = disk_.open(path(last), Filesystem::Open::kRead);
      if (file->size() < kMergeBytes) {
        raw = read_log_frames(disk_, path(last));
        previous = previous_of(*file, path(last));
        name.from = last.from;
      }
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage) throw;
      raw.clear();  // A damaged log stays as it is; the new one comes after it.
    }
  }
  append(raw, transactions);

  Bytes bytes = encode_header(name.from, name.to, store_, account_, previous);
  Compressor compressor(3);
  for (std::size_t at = 0; at < raw.size(); at += kFrameBytes) {
    const auto piece = ByteView(raw).subspan(at, std::min(kFrameBytes, raw.size() - at));
    append_frame(FrameKind::kData, compressor.encode(piece), piece.size(), bytes.size(), bytes);
  }
  name.digest = Digest::of(bytes);
  const auto staged = layout_.staging() + "/" + name.digest.hex() + ".log";
  remove_if_there(disk_, staged);
  const auto file = disk_.open(staged, Filesystem::Open::kCreate);
  file->write_at(0, bytes);
  file->sync();
  disk_.rename(staged, path(name));
  disk_.sync_directory(layout_.logs(account_));
  remove_covered();
}

void HistoryLog::remove_covered() const {
  std::vector<std::string> kept;
  for (const auto& name : files()) kept.push_back(log_name_text(name));
  for (const auto& text : disk_.list(layout_.logs(account_))) {
    const bool ours = parse_log_name(text).has_value();
    if (ours && std::find(kept.begin(), kept.end(), text) == kept.end())
      disk_.remove(layout_.logs(account_) + "/" + text);
  }
}

}  // namespace yestermail
