// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <random>
#include <system_error>

#include "store/catalog_reader.h"
#include "store/catalog_writer.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {
namespace {

constexpr std::int64_t kYear = 365LL * 24 * 3600 * kMicrosPerSecond;

/// One directory with many versions over ten years, of which a mass deletion ends most every quarter.
class OneLargeFolder {
 public:
  OneLargeFolder(const std::string& path, std::uint64_t versions) {
    CatalogWriter writer(path, Uuid{});
    Transaction transaction;
    std::vector<std::uint64_t> living;
    std::mt19937_64 random(3);
    const auto step = 10 * kYear / static_cast<std::int64_t>(versions);
    for (std::uint64_t i = 1; i <= versions; ++i) {
      transaction.lsn = Lsn{i};
      transaction.at = Instant{static_cast<std::int64_t>(i) * step};
      transaction.operations.clear();
      PutOperation put;
      put.version = put.body = VersionId{i};
      put.state.kind = EntryKind::kMessage;
      put.state.parent = kRootItem;
      const bool arrives = living.empty() || random() % 3 != 0;
      put.item = ItemId{arrives ? i + 1 : living[random() % living.size()]};
      put.state.name = std::to_string(put.item.value) + ":2," + std::to_string(i);
      if (arrives) living.push_back(put.item.value);
      transaction.operations.emplace_back(put);
      if (i % (versions / 40) == 0) {
        for (std::size_t gone = 0; gone + 100 < living.size(); ++gone)
          transaction.operations.emplace_back(RemoveOperation{ItemId{living[gone]}});
        living.erase(living.begin(),
                     living.end() - std::min<std::ptrdiff_t>(100, static_cast<std::ptrdiff_t>(living.size())));
      }
      pending_.push_back(transaction);
      if (pending_.size() == 20'000 || i == versions) flush(writer);
    }
    writer.checkpoint();
  }

 private:
  void flush(CatalogWriter& writer) {
    std::vector<CatalogWriter::Source> sources;
    for (const auto& transaction : pending_) sources.push_back({&transaction, 0, nullptr});
    writer.apply(sources, [](const PackOperation&) { return std::nullopt; });
    pending_.clear();
    writer.checkpoint();
  }
  std::vector<Transaction> pending_;
};

/// A catalog of half a GB, written over and over: in memory, where there is so much room.
TempDirectory::Where roomy_place() {
  constexpr std::uintmax_t kRoom = 2U << 30U;
  std::error_code missing;
  const auto space = std::filesystem::space("/dev/shm", missing);
  return !missing && space.available >= kRoom ? TempDirectory::Where::kMemory : TempDirectory::Where::kDisk;
}

TEST(Listing, TouchesOnlyRowsThatAreResultsAmongAMillionVersions) {
  // Building the catalog is what takes the time.
  constexpr std::uint64_t kVersions = for_this_build(50'000, 1'000'000);
  // What a listing may cost: some machine steps a row, and a few dozen a level for finding its place in an index.
  constexpr std::uint64_t kStepsPerRow = 6;
  constexpr std::uint64_t kStepsPerListing = 64 * 40;
  const TempDirectory directory(roomy_place());
  const OneLargeFolder folder(directory / "catalog.db", kVersions);
  CatalogReader reader(directory / "catalog.db", Uuid{});
  for (const int percent : {0, 1, 10, 24, 25, 26, 50, 77, 99, 100}) {
    const Instant at{10 * kYear / 100 * percent};
    const auto before = reader.listing_steps();
    const auto ids = reader.list(kRootItem, at);
    const auto steps = reader.listing_steps() - before;
    std::cout << percent << " %: " << ids.size() << " entries, " << steps << " steps\n";
    EXPECT_LE(steps, kStepsPerRow * ids.size() + kStepsPerListing);
    for (const auto& version : reader.versions(ids)) {
      ASSERT_LE(version.since, at);
      ASSERT_LT(at, version.until);
    }
  }
  const auto before = reader.listing_steps();
  const auto now = reader.list(kRootItem, kForever);
  EXPECT_LE(reader.listing_steps() - before, kStepsPerRow * now.size() + kStepsPerListing);
}

}  // namespace
}  // namespace yestermail::test
