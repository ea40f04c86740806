// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/bulk_writer.h"

#include <algorithm>

#include "base/error.h"
#include "store/like_content.h"

namespace yestermail {
namespace {

constexpr std::uint64_t kCommitPacks = 4;  ///< a commit is due when so many packs' worth was stored
constexpr std::uint64_t kCommitChanges = 20'000;
constexpr std::uint64_t kCommitAsked = 200'000;   ///< about 12 MB
constexpr std::size_t kInlineBytes = 64U << 10U;  ///< a rest below this is not worth a pack of its own

}  // namespace

std::unique_ptr<BulkWriter::Bench> BulkWriter::take_bench() {
  const std::scoped_lock lock(mutex_);
  if (benches_.empty()) return std::make_unique<Bench>(writer_.tuning().compression_level);
  auto bench = std::move(benches_.back());
  benches_.pop_back();
  return bench;
}

/// The parts of blobs that one thread cuts.
class BulkWriter::Parts final : public PartSink {
 public:
  Parts(BulkWriter& bulk, Bench& bench, const Uuid& pool) : bulk_(bulk), bench_(bench), pool_(pool) {}
  bool has(const Digest& part, ByteView bytes) override {
    bool found = false;
    bulk_.guarded([&] { found = bulk_.has_part(pool_, part, bytes); });
    return found;
  }
  void store(const Digest& part, BlobForm form, std::uint64_t size, ByteView stored) override {
    bulk_.guarded([&] { bulk_.keep_part(bench_, pool_, part, form, size, stored); });
  }

 private:
  BulkWriter& bulk_;
  Bench& bench_;
  const Uuid& pool_;
};

StoredBlob BulkWriter::store(AccountNumber account, BlobSource& source) {
  const auto uuid = writer_.uuid_of(account);
  const auto pool = writer_.pool_of(account);
  auto bench = take_bench();
  // Also when the source fails: the frame on the bench holds blobs that are claimed.
  const auto give_back = [&] {
    const std::scoped_lock lock(mutex_);
    benches_.push_back(std::move(bench));
  };
  try {
    const auto stored = store_at(*bench, uuid, pool, source);
    give_back();
    return stored;
  } catch (...) {
    give_back();
    throw;
  }
}

StoredBlob BulkWriter::store_at(Bench& bench, const Uuid& account, const Uuid& pool, BlobSource& source) {
  const auto known = [&](const Digest& digest) {
    {
      const std::scoped_lock lock(mutex_);
      if (claimed_blobs_.contains({account, digest})) return true;
      if (asked_blobs_[account].insert(digest).second) ++asked_;
    }
    return writer_.has_blob(account, digest);
  };
  Parts parts(*this, bench, pool);
  const auto cut = cut_blob(source, bench.buffer, known, parts);
  if (!cut.is_known && claim(account, cut.digest)) guarded([&] { keep(bench, account, cut); });
  return {cut.digest, cut.size};
}

/// False: another thread has it since `known` was asked.
bool BulkWriter::claim(const Uuid& account, const Digest& blob) {
  const std::scoped_lock lock(mutex_);
  return claimed_blobs_.insert({account, blob}).second;
}

// After a failed write what is claimed may not be there: nothing may be committed.
template <class Work>
void BulkWriter::guarded(const Work& work) {
  try {
    work();
  } catch (...) {
    broken_ = true;
    throw;
  }
}

void BulkWriter::keep(Bench& bench, const Uuid& account, const CutBlob& blob) {
  auto& frame = bench.frame;
  if (frame.owner != account) flush(bench);
  frame.owner = account;
  frame.entries.push_back({blob.digest, blob.form, blob.size, 0, frame.raw.size(), blob.stored.size()});
  append(frame.raw, blob.stored);
  stored_bytes_ += blob.stored.size();
  if (frame.raw.size() >= writer_.tuning().frame_bytes) flush(bench);
}

// What another thread has claimed is there when both commit; a failure on the way makes the commit fail.
bool BulkWriter::has_part(const Uuid& pool, const Digest& part, ByteView bytes) {
  {
    const std::scoped_lock lock(mutex_);
    if (!claimed_parts_[pool].insert(part).second) return true;
  }
  return writer_.has_sound_part(pool, part, bytes);
}

void BulkWriter::keep_part(Bench& bench, const Uuid& pool, const Digest& digest, BlobForm form, std::uint64_t size,
                           ByteView stored) {
  auto& frame = looks_compressed(stored) ? bench.binary_parts : bench.text_parts;
  if (frame.owner != pool) flush_parts(bench, frame);
  frame.owner = pool;
  frame.entries.push_back({digest, form, size, 0, frame.raw.size(), stored.size()});
  append(frame.raw, stored);
  stored_bytes_ += stored.size();
  if (frame.raw.size() >= writer_.tuning().frame_bytes) flush_parts(bench, frame);
}

void BulkWriter::flush_parts(Bench& bench, OpenFrame& frame) {
  if (frame.entries.empty()) return;
  const bool raw = &frame == &bench.binary_parts;
  const auto encoded = raw ? Encoded{Codec::kRaw, frame.raw} : bench.compressor.encode(frame.raw);
  pool_pack(frame.owner).add_frame(encoded, frame.raw.size(), std::move(frame.entries));
  frame.raw.clear();
  frame.entries.clear();
}

void BulkWriter::flush(Bench& bench) {
  auto& frame = bench.frame;
  if (frame.entries.empty()) return;
  account_pack(frame.owner).add_frame(bench.compressor.encode(frame.raw), frame.raw.size(), std::move(frame.entries));
  frame.raw.clear();
  frame.entries.clear();
}

PackWriter& BulkWriter::account_pack(const Uuid& account) {
  const std::scoped_lock lock(mutex_);
  auto& pack = account_packs_[account];
  if (!pack)
    pack = std::make_unique<PackWriter>(writer_.world().disk, writer_.layout(), writer_.id(), PackClass::kAccount,
                                        account);
  return *pack;
}

PackWriter& BulkWriter::pool_pack(const Uuid& pool) {
  const std::scoped_lock lock(mutex_);
  auto& packs = pool_packs_[pool];
  if (packs.empty() || packs.back()->bytes() >= writer_.tuning().pack_bytes) {
    packs.push_back(
        std::make_unique<PackWriter>(writer_.world().disk, writer_.layout(), writer_.id(), PackClass::kPool, pool));
  }
  return *packs.back();
}

void BulkWriter::add(AccountNumber account, Change change) {
  ++pending_changes_;
  const std::scoped_lock lock(mutex_);
  auto found =
      std::find_if(changes_.begin(), changes_.end(), [&](const auto& entry) { return entry.first == account; });
  if (found == changes_.end()) found = changes_.insert(changes_.end(), {account, {}});
  found->second.push_back(std::move(change));
}

void BulkWriter::add_marks(AccountNumber account, std::vector<std::pair<ItemId, DirectoryMark>> marks) {
  const std::scoped_lock lock(mutex_);
  marks_.emplace_back(account, std::move(marks));
}

bool BulkWriter::full() const {
  return stored_bytes_ >= kCommitPacks * writer_.tuning().pack_bytes || pending_changes_ >= kCommitChanges ||
         asked_ >= kCommitAsked;
}

Instant BulkWriter::commit() {
  if (broken_) throw Error(Errc::kReadOnly, "nothing is recorded after a failed write: open the store again");
  Instant at;
  guarded([&] { at = commit_all(); });
  return at;
}

Instant BulkWriter::commit_all() {
  const WriteGate::Pass pass(writer_.gate());
  std::map<Uuid, Draft> drafts;
  flush_rests(drafts);
  seal_packs(drafts);
  for (auto& [account, changes] : changes_) {
    const auto uuid = writer_.uuid_of(account);
    auto operations = writer_.operations_for(account, changes);
    writer_.require_contents(uuid, operations, [&](const Digest& content) {
      return claimed_blobs_.contains({uuid, content});
    });
    auto& draft = drafts[uuid];
    std::move(operations.begin(), operations.end(), std::back_inserter(draft.operations));
  }
  // The server account sorts first, and with it the pool's packs, on which the other drafts depend.
  std::vector<Draft> ordered;
  for (auto& [uuid, draft] : drafts) {
    draft.account = uuid;
    if (!draft.operations.empty()) ordered.push_back(std::move(draft));
  }
  const auto at = ordered.empty() ? writer_.journal().last_at() : writer_.commit(std::move(ordered));
  for (const auto& [account, marks] : marks_) writer_.set_marks(writer_.uuid_of(account), marks);
  forget_claims();
  return at;
}

// Still within the pass: a purge sees what was asked for, or what was committed.
void BulkWriter::forget_claims() {
  for (const auto& [pool, parts] : claimed_parts_) writer_.note_sound(pool, parts);
  const std::scoped_lock lock(mutex_);
  changes_.clear();
  marks_.clear();
  claimed_blobs_.clear();
  asked_blobs_.clear();
  claimed_parts_.clear();
  stored_bytes_ = 0;
  pending_changes_ = 0;
  asked_ = 0;
}

bool BulkWriter::has_asked(const Uuid& account, const Digest& content) {
  const std::scoped_lock lock(mutex_);
  const auto found = asked_blobs_.find(account);
  return claimed_blobs_.contains({account, content}) ||
         (found != asked_blobs_.end() && found->second.contains(content));
}

void BulkWriter::add_asked_parts(const Uuid& pool, const std::unordered_set<Digest>& among,
                                 std::unordered_set<Digest>& to) {
  const std::scoped_lock lock(mutex_);
  const auto found = claimed_parts_.find(pool);
  if (found == claimed_parts_.end()) return;
  for (const auto& part : found->second) {
    if (among.contains(part)) to.insert(part);
  }
}

void BulkWriter::flush_rests(std::map<Uuid, Draft>& drafts) {
  for (auto& bench : benches_) {
    flush_parts(*bench, bench->text_parts);
    flush_parts(*bench, bench->binary_parts);
  }
  std::map<Uuid, std::size_t> rests;
  for (const auto& bench : benches_) rests[bench->frame.owner] += bench->frame.raw.size();
  for (auto& bench : benches_) {
    if (bench->frame.entries.empty()) continue;
    const auto& account = bench->frame.owner;
    if (rests[account] >= kInlineBytes || account_packs_.contains(account)) {
      flush(*bench);
    } else {
      inline_rest(*bench, drafts[account]);
    }
  }
}

void BulkWriter::inline_rest(Bench& bench, Draft& draft) {
  auto& frame = bench.frame;
  for (const auto& entry : frame.entries) {
    const auto stored =
        ByteView(frame.raw).subspan(static_cast<std::size_t>(entry.offset), static_cast<std::size_t>(entry.length));
    append_blob_operation(PackClass::kAccount, entry.form, entry.digest, entry.size, stored, bench.compressor, draft);
  }
  frame.raw.clear();
  frame.entries.clear();
}

void BulkWriter::seal_packs(std::map<Uuid, Draft>& drafts) {
  for (const auto& [pool, packs] : pool_packs_) {
    for (const auto& pack : packs) seal(*pack, {PackClass::kPool, {}, pool}, drafts[Uuid{}]);
  }
  for (const auto& [account, pack] : account_packs_) seal(*pack, {PackClass::kAccount, {}, {}}, drafts[account]);
  pool_packs_.clear();
  account_packs_.clear();
}

void BulkWriter::seal(PackWriter& pack, PackOperation operation, Draft& draft) {
  auto sealed = pack.seal();
  operation.name = sealed.name;
  writer_.expect_pack(sealed.name, {sealed.bytes, std::move(sealed.contents)});
  draft.operations.emplace_back(operation);
}

}  // namespace yestermail
