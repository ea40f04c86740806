// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/packer.h"

#include <algorithm>
#include <chrono>
#include <list>
#include <memory>
#include <set>

#include "base/error.h"
#include "store/history_log.h"
#include "store/pack_filler.h"
#include "store/store_writer.h"

namespace yestermail {
namespace {

constexpr auto kPause = std::chrono::milliseconds(500);
constexpr auto kLongestPause = std::chrono::milliseconds(60'000);

Bytes raw_bytes(const BlobOperation& blob) {
  return decode(blob.codec, blob.encoded, static_cast<std::size_t>(blob.raw_length));
}

}  // namespace

Packer::~Packer() { stop(); }

void Packer::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake_.notify_all();
  thread_.join();
}

void Packer::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void Packer::work(const std::stop_token& stop) {
  std::string last_error;  // Said once, not at every attempt.
  for (auto pause = kPause;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); });
    }
    if (stop.stop_requested()) return;
    try {
      run();
      if (!last_error.empty()) writer_.world().log.warning("packing goes on");
      last_error.clear();
      pause = kPause;
    } catch (const std::exception& error) {
      // What a disk did with bytes whose sync failed nobody knows: such a store is left as it is.
      if (const auto* known = dynamic_cast<const Error*>(&error);
          writer_.has_failed() || (known != nullptr && known->code() == Errc::kIo)) {
        writer_.world().log.error(std::string("packing stopped, the journal grows: ") + error.what());
        return;
      }
      if (last_error != error.what()) {
        last_error = error.what();
        writer_.world().log.error("packing is tried again later, meanwhile the journal grows: " + last_error);
      }
      pause = std::min(2 * pause, kLongestPause);
    }
  }
}

void Packer::run() {
  const auto lock = pause();
  run_paused();
  merger_.run();
}

void Packer::run_paused() {
  for (const auto number : writer_.journal().finished()) {
    if (!kept_.contains(number)) pack_segment(number);
  }
}

void Packer::pack_segment(std::uint64_t number) {
  const auto path = writer_.layout().segment(number);
  const auto file = writer_.world().disk.open(path, Filesystem::Open::kRead);
  const auto header = read_segment_header(*file, writer_.id());
  if (!header) throw Error(Errc::kDamage, path + ": its header is damaged");
  std::list<Bytes> payloads;
  Shares shares;
  const auto end = read_segment(*file, *header, [&](const Batch& batch) {
    payloads.emplace_back(batch.payload.begin(), batch.payload.end());
    ByteReader in(payloads.back());
    while (!in.done()) {
      auto transaction = decode_transaction(in);
      auto& share = shares[transaction.account];
      share.last = transaction.lsn;
      share.transactions.push_back(std::move(transaction));
    }
  });
  pack_blobs(shares);
  for (const auto& [account, share] : shares) {
    if (!writer_.is_buried(account)) write_log(account, share);
  }
  if (!end.damaged && !is_cut_short(number, end)) {
    writer_.journal().retire(number);
    return;
  }
  // The catalogs may know where blobs stand in what this reading had to skip.
  kept_.insert(number);
  writer_.world().log.error(path + ": damaged; it is kept for the mails that can still be read from it");
}

bool Packer::is_cut_short(std::uint64_t number, const SegmentEnd& end) const {
  const auto next = writer_.layout().segment(number + 1);
  if (!writer_.world().disk.exists(next)) return false;
  const auto header = read_segment_header(*writer_.world().disk.open(next, Filesystem::Open::kRead), writer_.id());
  return header && header->first_lsn > end.next_lsn;
}

void Packer::pack_blobs(const Shares& shares) {
  std::vector<Draft> drafts;
  pack_parts(shares, drafts);
  for (const auto& [account, share] : shares) {
    if (!writer_.is_buried(account)) pack_account(account, share, drafts);
  }
  if (!drafts.empty()) writer_.commit(std::move(drafts));
}

void Packer::pack_account(const Uuid& account, const Share& share, std::vector<Draft>& drafts) {
  std::optional<PackFiller> pack;
  std::set<Digest> added;
  for (const auto& transaction : share.transactions) {
    for (const auto& operation : transaction.operations) {
      const auto* blob = std::get_if<BlobOperation>(&operation);
      if (blob == nullptr || blob->pack_class != PackClass::kAccount) continue;
      if (!added.insert(blob->digest).second || writer_.is_packed(PackClass::kAccount, account, blob->digest)) continue;
      if (writer_.is_doomed(PackClass::kAccount, account, blob->digest)) continue;
      if (!pack) pack.emplace(writer_, PackClass::kAccount, account);
      pack->add(blob->digest, blob->form, blob->size, raw_bytes(*blob));
    }
  }
  if (!pack) return;
  auto sealed = pack->seal();
  writer_.expect_pack(sealed.name, {sealed.bytes, std::move(sealed.contents)});
  drafts.push_back(draft_of_pack(PackClass::kAccount, account, sealed.name));
}

void Packer::pack_parts(const Shares& shares, std::vector<Draft>& drafts) {
  std::map<Uuid, std::unique_ptr<PackFiller>> packs;
  std::set<std::pair<Uuid, Digest>> added;
  for (const auto& [account, share] : shares) {
    for (const auto& transaction : share.transactions) {
      for (const auto& operation : transaction.operations) {
        const auto* part = std::get_if<BlobOperation>(&operation);
        if (part == nullptr || part->pack_class != PackClass::kPool) continue;
        if (!added.insert({part->pool, part->digest}).second) continue;
        if (writer_.is_packed(PackClass::kPool, part->pool, part->digest)) continue;
        if (writer_.is_doomed(PackClass::kPool, part->pool, part->digest)) continue;
        auto& pack = packs[part->pool];
        if (!pack) pack = std::make_unique<PackFiller>(writer_, PackClass::kPool, part->pool);
        pack->add(part->digest, part->form, part->size, raw_bytes(*part));
      }
    }
  }
  for (auto& [pool, pack] : packs) {
    auto sealed = pack->seal();
    writer_.expect_pack(sealed.name, {sealed.bytes, std::move(sealed.contents)});
    drafts.push_back(draft_of_pack(PackClass::kPool, pool, sealed.name));
  }
}

void Packer::write_log(const Uuid& account, const Share& share) {
  HistoryLog history(writer_.world().disk, writer_.layout(), writer_.id(), account);
  const auto covered = history.covered();
  if (covered >= share.last) return;  // A run that was cut off had come this far.
  Bytes transactions;
  for (const auto& transaction : share.transactions) {
    if (transaction.lsn > covered) encode_for_log(transaction, transactions);
  }
  history.add(share.last, transactions);
}

}  // namespace yestermail
