// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "base/bytes.h"
#include "base/uuid.h"
#include "store/blob_table.h"
#include "store/check_collector.h"
#include "store/layout.h"

namespace yestermail {

/// A blob or part that stood in the journal.
struct JournaledBlob {
  PackClass pack_class = PackClass::kAccount;
  Uuid owner;  ///< the account or the pool
  Digest digest;
  BlobPlace place;
};

/// What the journal held when it was read, without the bytes of blobs.
struct JournalImage {
  std::map<Uuid, Bytes> transactions;  ///< by account, as they would stand in a log
  std::vector<JournaledBlob> blobs;
  Lsn last;         ///< of the newest transaction of the store
  Instant last_at;  ///< and its instant
  bool damaged = false;
};

/// How often something that looks damaged is looked at before it is called so, with kCheckPause between. A writer that
/// is at work may take its time to apply what it has written; where none is, nothing changes.
int most_check_looks(Filesystem& disk, const Layout& layout);
inline constexpr std::chrono::milliseconds kCheckPause{60};

/// Reads the whole journal and says what is wrong with it. What a writer does meanwhile is not taken for damage. With
/// `check_blobs` the blobs that are stored as they are are compared with their digests. `closed_at`: the newest
/// transaction when the store was last closed in good order, read before this is called; 0: not known.
JournalImage check_journal(Filesystem& disk, const Layout& layout, const Uuid& store, Lsn closed_at, bool check_blobs,
                           CheckCollector& collector);

/// What stood in the journal for a blob. Error{kDamage} or {kNotFound}: it stands there no more.
Bytes read_journaled(Filesystem& disk, const Layout& layout, const JournaledBlob& blob);

}  // namespace yestermail
