// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_journal.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "base/error.h"
#include "store/journal_segment.h"

namespace yestermail {
namespace {

struct BadBlob {
  JournaledBlob blob;
  std::string why;
};

/// One look at the journal.
struct Look {
  JournalImage image;
  std::vector<std::pair<std::string, std::string>> damage;  ///< name of the file, what is wrong
  std::vector<BadBlob> bad;
};

class JournalReader {
 public:
  JournalReader(Filesystem& disk, const Layout& layout, const Uuid& store, bool check_blobs)
      : disk_(disk), layout_(layout), store_(store), check_blobs_(check_blobs) {}

  Look look() {
    look_ = {};
    next_.reset();
    bool any = false;
    for (const auto& name : disk_.list(layout_.journal())) {
      const auto number = parse_segment_name(name);
      if (!number) continue;
      any = true;
      segment(*number, name);
    }
    if (!any) damage("", "the journal is missing: put it back from a copy of the store");
    return std::move(look_);
  }

 private:
  void damage(const std::string& name, const std::string& what) {
    look_.damage.emplace_back(name, what);
    look_.image.damaged = true;
  }

  void segment(std::uint64_t number, const std::string& name) {
    const auto file = disk_.open(layout_.segment(number), Filesystem::Open::kRead);
    const auto header = read_segment_header(*file, store_);
    if (!header || header->number != number) {
      return damage(name, "its header is damaged; what only this segment held cannot be read");
    }
    if (next_ && header->first_lsn > *next_) damage(last_name_, "its last transactions are damaged or missing");
    const auto end = read_segment(*file, *header, [&](const Batch& batch) { take(batch); });
    if (end.damaged) damage(name, "damaged in its middle; some transactions cannot be read");
    next_ = end.next_lsn;
    last_name_ = name;
    look_.image.last = Lsn{end.next_lsn.value - 1};
    look_.image.last_at = end.last_at;
  }

  void take(const Batch& batch) {
    for (const auto& transaction : batch.transactions) {
      encode_for_log(transaction, look_.image.transactions[transaction.account]);
      for (const auto& operation : transaction.operations) {
        if (const auto* blob = std::get_if<BlobOperation>(&operation)) take(batch, transaction.account, *blob);
      }
    }
  }

  void take(const Batch& batch, const Uuid& account, const BlobOperation& blob) {
    JournaledBlob journaled;
    journaled.pack_class = blob.pack_class;
    journaled.owner = blob.pack_class == PackClass::kPool ? blob.pool : account;
    journaled.digest = blob.digest;
    journaled.place.form = blob.form;
    journaled.place.size = blob.size;
    journaled.place.segment = batch.segment;
    journaled.place.offset =
        batch.payload_offset + static_cast<std::uint64_t>(blob.encoded.data() - batch.payload.data());
    journaled.place.length = blob.encoded.size();
    journaled.place.codec = blob.codec;
    journaled.place.raw_length = blob.raw_length;
    if (check_blobs_) compare(journaled, blob);
    look_.image.blobs.push_back(journaled);
  }

  void compare(const JournaledBlob& journaled, const BlobOperation& blob) {
    try {
      const auto raw = decode(blob.codec, blob.encoded, static_cast<std::size_t>(blob.raw_length));
      if (blob.form != BlobForm::kWhole || Digest::of(raw) == blob.digest) return;
      look_.bad.push_back({journaled, "its bytes in the journal are not what was stored"});
    } catch (const Error& error) {
      look_.bad.push_back({journaled, error.what()});
    }
  }

  Filesystem& disk_;
  const Layout& layout_;
  const Uuid store_;
  const bool check_blobs_;
  Look look_;
  std::optional<Lsn> next_;
  std::string last_name_;
};

}  // namespace

int most_check_looks(Filesystem& disk, const Layout& layout) { return disk.exists(layout.writing()) ? 40 : 2; }

JournalImage check_journal(Filesystem& disk, const Layout& layout, const Uuid& store, Lsn closed_at, bool check_blobs,
                           CheckCollector& collector) {
  JournalReader reader(disk, layout, store, check_blobs);
  Look look;
  for (int looks = 1;; ++looks) {
    std::string failure;
    try {
      look = reader.look();
      if (look.image.last < closed_at) {
        look.damage.emplace_back("", "its last transactions are damaged or missing: the catalogs have seen more");
        look.image.damaged = true;
      }
      if (!look.image.damaged) break;
    } catch (const Error& error) {
      failure = error.what();
    }
    // A writer may have begun a segment, or used one again, while it was read.
    if (looks < most_check_looks(disk, layout)) {
      std::this_thread::sleep_for(kCheckPause);
      continue;
    }
    if (!failure.empty()) look.damage.emplace_back("", failure);
    look.image.damaged = true;
    break;
  }
  for (const auto& [name, what] : look.damage) {
    FileFinding finding;
    finding.kind = name.empty() && what.find("is missing:") != std::string::npos ? FileFinding::Kind::kMissing
                                                                                 : FileFinding::Kind::kDamaged;
    finding.role = FileFinding::Role::kJournal;
    finding.path = name.empty() ? "journal" : "journal/" + name;
    finding.what = what;
    collector.file(std::move(finding));
  }
  for (const auto& [blob, why] : look.bad) collector.blob(blob.pack_class, blob.owner, blob.digest, why);
  return std::move(look.image);
}

Bytes read_journaled(Filesystem& disk, const Layout& layout, const JournaledBlob& blob) {
  const auto file = disk.open(layout.segment(blob.place.segment), Filesystem::Open::kRead);
  Bytes encoded(static_cast<std::size_t>(std::min<std::uint64_t>(blob.place.length, file->size())));
  encoded.resize(file->read_at(blob.place.offset, encoded));
  return decode(blob.place.codec, encoded, static_cast<std::size_t>(blob.place.raw_length));
}

}  // namespace yestermail
