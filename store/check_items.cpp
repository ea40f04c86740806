// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_items.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "store/pack_reader.h"
#include "store/recipe.h"

namespace yestermail {
namespace {

constexpr std::size_t kMostItems = 10'000;

using BadBlobs = std::map<Digest, std::string>;

BadBlobs bad_of(const CheckCollector::Blobs& all, PackClass pack_class, const Uuid& owner) {
  BadBlobs bad;
  for (auto at = all.lower_bound({pack_class, owner, Digest{}}); at != all.end(); ++at) {
    if (std::get<0>(at->first) != pack_class || std::get<1>(at->first) != owner) break;
    bad.emplace(std::get<2>(at->first), at->second);
  }
  return bad;
}

const std::string* bad_part(ByteView recipe, const BadBlobs& bad) {
  for (const auto& step : decode_recipe(recipe)) {
    for (const auto& piece : step.pieces) {
      const auto* part = std::get_if<PartStep>(&piece);
      if (part == nullptr) continue;
      if (const auto found = bad.find(part->part); found != bad.end()) return &found->second;
    }
  }
  return nullptr;
}

/// The recipes in a pack, as far as they can be read: what is damaged is named already, and lost anyway.
class PackRecipes {
 public:
  PackRecipes(Filesystem& disk, const std::string& path) {
    try {
      pack_.emplace(disk, path);
      contents_ = pack_->contents();
    } catch (const Error&) {
      contents_.clear();
    }
  }

  void for_each(const std::function<void(const Digest&, ByteView)>& visit) const {
    std::optional<std::uint64_t> at;
    Bytes frame;
    for (const auto& entry : contents_) {
      if (entry.form != BlobForm::kRecipe) continue;
      try {
        if (at != entry.frame) {
          at = entry.frame;
          frame.clear();
          frame = pack_->frame(entry.frame);
        }
        if (entry.offset > frame.size() || entry.length > frame.size() - entry.offset) continue;
        visit(entry.digest,
              ByteView(frame).subspan(static_cast<std::size_t>(entry.offset), static_cast<std::size_t>(entry.length)));
      } catch (const Error&) {
        continue;
      }
    }
  }

 private:
  std::optional<PackReader> pack_;
  PackContents contents_;
};

/// Calls `visit` with every recipe in the packs of an owner that can be read.
void visit_recipes(const CheckContext& context, const CheckedOwner& owner,
                   const std::function<void(const Digest&, ByteView)>& visit) {
  for (const auto& name : owner.packs) {
    const PackRecipes pack(context.world.disk, context.layout.store() + "/" + owner.pack(name));
    pack.for_each(visit);
  }
  for (const auto& blob : context.journal.blobs) {
    if (blob.pack_class != owner.pack_class || blob.owner != owner.id || blob.place.form != BlobForm::kRecipe) continue;
    try {
      visit(blob.digest, read_journaled(context.world.disk, context.layout, blob));
    } catch (const Error&) {  // Packed meanwhile, or named already.
    }
  }
}

/// Adds parts that are recipes of bad parts, until none is new.
void close_over_parts(const CheckContext& context, const CheckedOwner& pool, BadBlobs& bad) {
  for (int depth = 0; depth < kDeepestRecipe; ++depth) {
    const auto before = bad.size();
    visit_recipes(context, pool, [&](const Digest& digest, ByteView recipe) {
      if (const auto* why = bad_part(recipe, bad)) bad.try_emplace(digest, *why);
    });
    if (bad.size() == before) return;
  }
}

/// The directories of an account over time.
class DirectoryLives {
 public:
  void add(const Version& version) {
    lives_[version.item].push_back({version.since, version.until, version.state.parent, version.state.name});
  }
  [[nodiscard]] std::vector<std::string> path(ItemId directory, Instant at) const {
    std::vector<std::string> names;
    for (int depth = 0; depth < 256 && directory != kRootItem && directory != kNoItem; ++depth) {
      const auto found = lives_.find(directory);
      if (found == lives_.end()) break;
      const Life* last = nullptr;
      for (const auto& life : found->second) {
        if (life.since <= at && (last == nullptr || life.since > last->since)) last = &life;
      }
      if (last == nullptr) break;
      names.push_back(last->name);
      directory = last->parent;
    }
    std::reverse(names.begin(), names.end());
    return names;
  }

 private:
  struct Life {
    Instant since;
    Instant until;
    ItemId parent;
    std::string name;
  };
  std::unordered_map<ItemId, std::vector<Life>> lives_;
};

struct Hit {
  ItemFinding item;
  Instant since;
  ItemId parent;
};

std::vector<ItemFinding> items_of(const CheckContext& context, const CheckedOwner& owner, const BadBlobs& bad) {
  DirectoryLives directories;
  std::map<ItemId, Hit> hits;
  visit_versions(context, owner, [&](const Version& version) {
    if (version.state.kind == EntryKind::kDirectory) directories.add(version);
    if (!version.state.digest) return;
    const auto found = bad.find(*version.state.digest);
    if (found == bad.end()) return;
    auto& hit = hits[version.item];
    hit.item.versions.push_back({version.id, version.since, version.until, *version.state.digest});
    if (hit.item.versions.size() > 1 && version.since < hit.since) return;
    hit.item.item = version.item;
    hit.item.name = version.state.name;
    hit.item.why = found->second;
    hit.since = version.since;
    hit.parent = version.state.parent;
  });
  std::vector<ItemFinding> items;
  for (auto& [item, hit] : hits) {
    std::sort(hit.item.versions.begin(), hit.item.versions.end(),
              [](const auto& a, const auto& b) { return a.since < b.since; });
    hit.item.account = owner.account.number;
    hit.item.account_name = owner.account.name;
    hit.item.layout = owner.account.layout;
    hit.item.directories = directories.path(hit.parent, hit.since);
    items.push_back(std::move(hit.item));
  }
  return items;
}

}  // namespace

void find_referrers(const CheckContext& context, const std::vector<CheckedOwner>& owners) {
  for (const auto& pool : owners) {
    if (!pool.is_pool()) continue;
    auto bad = bad_of(context.collector.blobs(), PackClass::kPool, pool.id);
    if (bad.empty()) continue;
    close_over_parts(context, pool, bad);
    for (const auto& account : owners) {
      if (account.is_pool() || account.pool != pool.id) continue;
      visit_recipes(context, account, [&](const Digest& digest, ByteView recipe) {
        if (const auto* why = bad_part(recipe, bad)) {
          context.collector.blob(PackClass::kAccount, account.id, digest, *why);
        }
      });
    }
  }
}

void name_items(const CheckContext& context, const std::vector<CheckedOwner>& owners, CheckFindings& findings) {
  const auto blobs = context.collector.blobs();
  for (const auto& owner : owners) {
    if (owner.is_pool()) continue;
    const auto bad = bad_of(blobs, PackClass::kAccount, owner.id);
    if (bad.empty()) continue;
    for (auto& item : items_of(context, owner, bad)) {
      ++findings.items_total;
      findings.versions_total += item.versions.size();
      if (findings.items.size() < kMostItems) findings.items.push_back(std::move(item));
    }
  }
}

}  // namespace yestermail
