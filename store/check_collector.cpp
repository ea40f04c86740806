// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_collector.h"

#include <algorithm>

namespace yestermail {

bool CheckFindings::damaged() const {
  const auto is_damage = [](const FileFinding& file) { return file.kind != FileFinding::Kind::kNote; };
  return items_total > 0 || !blobs.empty() || std::any_of(files.begin(), files.end(), is_damage);
}

void CheckCollector::file(FileFinding finding) {
  const std::scoped_lock lock(mutex_);
  if (told_.insert({finding.path, finding.what}).second) findings_.files.push_back(std::move(finding));
}

void CheckCollector::blob(PackClass pack_class, const Uuid& owner, const Digest& digest, const std::string& why) {
  const std::scoped_lock lock(mutex_);
  blobs_.try_emplace({pack_class, owner, digest}, why);
}

void CheckCollector::count(const CheckTally& more) {
  const std::scoped_lock lock(mutex_);
  auto& sum = findings_.tally;
  sum.accounts += more.accounts;
  sum.logs += more.logs;
  sum.transactions += more.transactions;
  sum.versions += more.versions;
  sum.packs += more.packs;
  sum.frames += more.frames;
  sum.blobs += more.blobs;
  sum.joined += more.joined;
  sum.bytes_read += more.bytes_read;
  sum.bytes_hashed += more.bytes_hashed;
}

void CheckCollector::left(std::uint64_t units, bool stopped) {
  const std::scoped_lock lock(mutex_);
  findings_.left += units;
  findings_.stopped = findings_.stopped || stopped;
}

CheckCollector::Blobs CheckCollector::blobs() const {
  const std::scoped_lock lock(mutex_);
  return blobs_;
}

bool CheckCollector::has_lost_history(const Uuid& account) const {
  const std::scoped_lock lock(mutex_);
  return std::any_of(findings_.files.begin(), findings_.files.end(), [&](const FileFinding& file) {
    if (file.kind == FileFinding::Kind::kNote) return false;
    return file.role == FileFinding::Role::kJournal ||
           (file.role == FileFinding::Role::kLog && !file.of_pool && file.owner == account);
  });
}

CheckFindings CheckCollector::take() {
  const std::scoped_lock lock(mutex_);
  auto findings = std::move(findings_);
  std::sort(findings.files.begin(), findings.files.end(), [](const FileFinding& a, const FileFinding& b) {
    return std::tie(a.path, a.what) < std::tie(b.path, b.what);
  });
  for (const auto& [key, why] : blobs_) {
    findings.blobs.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), why});
  }
  return findings;
}

}  // namespace yestermail
