// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/import_origin.h"

#include <filesystem>
#include <utility>

#include "base/error.h"
#include "policy/erasures.h"
#include "tools/import_tree.h"

namespace yestermail {

OriginKind origin_kind(const std::string& from) {
  if (from.starts_with("maildir:")) return OriginKind::kTree;
  std::error_code failed;
  const auto status = std::filesystem::status(from, failed);
  if (std::filesystem::is_regular_file(status)) return OriginKind::kArchive;
  if (!std::filesystem::exists(status)) {
    throw Error(Errc::kNotFound, printable(from) +
                                     ": is not there, or cannot be looked at: name an archive of export, "
                                     "another store, or maildir:PATH");
  }
  if (std::filesystem::exists(from + "/yestermail.store")) return OriginKind::kStore;
  throw Error(Errc::kUsage, printable(from) +
                                ": is neither an archive of export nor a store: a Maildir is imported as "
                                "maildir:PATH, and what comes through a pipe is to be written to a file first");
}

Origin open_origin(StoreWorld world, const std::string& from, Instant at, const std::string& into) {
  const auto id = read_store_id(world, into);
  Origin origin;
  origin.from = from;
  origin.at = at;
  origin.kind = origin_kind(from);
  if (origin.kind == OriginKind::kStore) {
    origin.store = read_store_id(world, from);
    refuse_itself(origin.store, id);
    origin.view = open_view(world, from);
  } else if (at != kForever) {
    throw Error(Errc::kUsage, printable(from) + ": has one instant only: --at is for another store");
  }
  return origin;
}

ErasedContents erased_from(View& view) {
  auto erasures = std::make_shared<const Erasures>(Erasures::read(view));
  if (erasures->empty()) return {};
  return [erasures = std::move(erasures)](const std::string& here, const std::string& there, const Digest& content) {
    return erasures->contains(here, content) || erasures->contains(there, content);
  };
}

ImportTally import_state(const ImportTarget& target, const Origin& origin, const ImportOrder& order, Log& log,
                         ImportProgress& progress) {
  switch (origin.kind) {
    case OriginKind::kStore: return import_store(target, {*origin.view, origin.store, origin.at}, order, progress);
    case OriginKind::kTree: return import_tree(target, origin.from, order, log, progress);
    case OriginKind::kArchive: break;
  }
  return import_archive(target, origin.from, order, progress);
}

}  // namespace yestermail
