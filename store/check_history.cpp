// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_history.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/checksum.h"
#include "base/codec.h"
#include "base/error.h"
#include "store/frame.h"
#include "store/history_log.h"

namespace yestermail {
namespace {

constexpr int kLooksAtLogs = 4;

/// A file that was read: what is compared with its name is what is decoded.
class BytesFile final : public File {
 public:
  explicit BytesFile(Bytes bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset >= bytes_.size() || into.empty()) return 0;
    const auto n = std::min<std::size_t>(into.size(), bytes_.size() - static_cast<std::size_t>(offset));
    std::memcpy(into.data(), bytes_.data() + offset, n);
    return n;
  }
  void write_at(std::uint64_t /*offset*/, ByteView /*bytes*/) override {}
  void sync() override {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  const Bytes bytes_;
};

class LogChain {
 public:
  LogChain(Filesystem& disk, const Layout& layout, const Uuid& store, const Uuid& account, Lsn until, bool keep_puts)
      : disk_(disk), layout_(layout), store_(store), account_(account), until_(until), replay_(keep_puts) {}

  struct Finding {
    std::string name;
    std::string what;
    FileFinding::Kind kind = FileFinding::Kind::kDamaged;
  };

  void read() {
    if (!disk_.exists(layout_.logs(account_))) {
      whole_ = false;  // Whoever asks for the account says so.
      return;
    }
    const HistoryLog history(disk_, layout_, store_, account_);
    for (const auto& name : history.files()) one(name);
    const auto kept = history.files();
    for (const auto& text : disk_.list(layout_.logs(account_))) {
      const auto name = parse_log_name(text);
      const bool known =
          name && std::any_of(kept.begin(), kept.end(), [&](const LogName& one) { return log_name_text(one) == text; });
      if (!known) note(text, name ? "a longer log stands for it" : "not a file of a store");
    }
  }

  void apply(ByteView transactions) {
    ByteReader in(transactions);
    while (!in.done()) take(decode_transaction(in));
  }

  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] std::uint64_t logs() const { return logs_; }
  HistoryReplay take_replay() { return std::move(replay_); }

 private:
  void damage(const std::string& name, const std::string& what, FileFinding::Kind kind = FileFinding::Kind::kDamaged) {
    findings_.push_back({name, what, kind});
    whole_ = false;
  }
  void note(const std::string& name, const std::string& what) {
    findings_.push_back({name, what, FileFinding::Kind::kNote});
  }

  void one(const LogName& name) {
    ++logs_;
    const auto text = log_name_text(name);
    const BytesFile file(read_file(disk_, layout_.logs(account_) + "/" + text));
    if (Digest::of(file.bytes()) != name.digest) damage(text, "not the bytes that its name says");
    try {
      header(file, name, text);
    } catch (const Error& error) {
      if (error.code() == Errc::kNotFound) throw;
      damage(text, below_store(error.what()));
    }
    previous_ = name.digest;
    covered_ = name.to;
    try {
      frames(file, name, text);
    } catch (const Error& error) {
      if (error.code() == Errc::kNotFound) throw;
      damage(text, below_store(error.what()) + "; this part of the history cannot be read");
    }
  }

  [[nodiscard]] std::string below_store(const std::string& what) const {
    const auto prefix = layout_.store() + "/";
    return what.starts_with(prefix) ? what.substr(prefix.size()) : what;
  }

  void header(const BytesFile& file, const LogName& name, const std::string& text) {
    if (file.size() < kLogHeaderBytes) return damage(text, "its header is damaged");
    ByteReader in(ByteView(file.bytes()).first(kLogHeaderBytes));
    const bool magic = as_text(in.raw(kLogMagic.size())) == kLogMagic;
    const Lsn from{in.u64()};
    const Lsn to{in.u64()};
    const auto store = Uuid::from_bytes(in.raw(Uuid::kSize));
    const auto account = Uuid::from_bytes(in.raw(Uuid::kSize));
    const auto previous = Digest::from_bytes(in.raw(Digest::kSize));
    in.raw(16);
    const auto sum = in.u64();
    if (!magic || sum != checksum(ByteView(file.bytes()).first(kLogHeaderBytes - 8))) {
      return damage(text, "its header is damaged");
    }
    if (store != store_ || account != account_) return damage(text, "a log of another account or another store");
    if (from != name.from || to != name.to) damage(text, "its name is not that of its header");
    if (previous != previous_ && name.from.value > 1) {
      damage(text, "the log before it is missing or exchanged", FileFinding::Kind::kMissing);
    } else if (name.from.value > covered_.value + 1) {
      damage(text, "a log before it is missing", FileFinding::Kind::kMissing);
    }
  }

  void frames(const BytesFile& file, const LogName& name, const std::string& text) {
    Bytes raw;
    for (std::uint64_t at = kLogHeaderBytes; at < file.size();) {
      auto frame = read_frame(file, layout_.logs(account_) + "/" + text, at, FrameKind::kData);
      append(raw, frame.raw);
      at = frame.end;
    }
    ByteReader in(raw);
    while (!in.done()) {
      const auto transaction = decode_transaction(in);
      if (transaction.account != account_ || transaction.lsn < name.from || transaction.lsn > name.to) {
        throw Error(Errc::kDamage, "it holds a transaction that does not belong there");
      }
      take(transaction);
    }
  }

  void take(const Transaction& transaction) {
    if (transaction.lsn <= seen_ || transaction.lsn > until_) return;
    seen_ = transaction.lsn;
    replay_.apply(transaction);
  }

  Filesystem& disk_;
  const Layout& layout_;
  const Uuid store_;
  const Uuid account_;
  const Lsn until_;
  HistoryReplay replay_;
  std::vector<Finding> findings_;
  bool whole_ = true;
  std::uint64_t logs_ = 0;
  Digest previous_;
  Lsn covered_;
  Lsn seen_;
};

void tell(const LogChain& chain, const Uuid& account, CheckCollector& collector) {
  for (const auto& [name, what, kind] : chain.findings()) {
    FileFinding finding;
    finding.kind = kind;
    finding.role = FileFinding::Role::kLog;
    finding.path = Layout::account_directory(account) + "/log/" + name;
    finding.what = what;
    finding.owner = account;
    collector.file(std::move(finding));
  }
}

}  // namespace

CheckedHistory read_history(Filesystem& disk, const Layout& layout, const Uuid& store, const Uuid& account,
                            const JournalImage& journal, bool keep_puts, CheckCollector* collector) {
  std::optional<LogChain> chain;
  for (int looks = 1;; ++looks) {
    chain.emplace(disk, layout, store, account, journal.last, keep_puts);
    try {
      chain->read();
      if (chain->whole() || looks >= kLooksAtLogs) break;
    } catch (const Error& error) {
      // It was merged into a longer one between the listing and the reading.
      if (error.code() != Errc::kNotFound || looks >= kLooksAtLogs) throw;
    }
  }
  if (const auto found = journal.transactions.find(account); found != journal.transactions.end()) {
    chain->apply(found->second);
  }
  if (collector != nullptr) {
    tell(*chain, account, *collector);
    CheckTally tally;
    tally.logs = chain->logs();
    collector->count(tally);
  }
  const bool whole = chain->whole() && !journal.damaged;
  return {chain->take_replay(), whole};
}

}  // namespace yestermail
