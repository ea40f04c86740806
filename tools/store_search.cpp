// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/store_search.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/error.h"

namespace yestermail {

std::string temporary_directory(const Environment& env) {
  const auto named = env.variable ? env.variable("TMPDIR") : std::nullopt;
  return named && !named->empty() ? *named : "/tmp";
}

StoreSearch::StoreSearch(SearchWorld world, const std::string& store, std::string temporary)
    : world_(world), temporary_(std::move(temporary)), index_(world, SearchIndex::directory_of(store)) {}

StoreSearch::~StoreSearch() {
  std::error_code ignored;
  if (temporary_index_) std::filesystem::remove_all(temporary_directory_, ignored);
}

SearchIndex& StoreSearch::temporary_index(const Error& why) {
  const std::lock_guard lock(mutex_);
  if (temporary_index_) return *temporary_index_;
  std::string name = temporary_ + "/yestermail-search-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw_errno(errno, temporary_);
  temporary_directory_ = name;
  world_.log.warning(std::string("the search index of the store cannot be written (") + why.what() +
                     "): searching with a temporary one, which takes as long as reading all messages");
  temporary_index_ = std::make_unique<SearchIndex>(world_, name);
  return *temporary_index_;
}

SearchIndex::Result StoreSearch::find(const Account& account, const Query& query, std::optional<Instant> at,
                                      std::size_t limit, const SearchIndex::Progress& progress) {
  FolderNamer namer(world_.view, account.number, account.layout);
  const auto folder_of = [&](ItemId directory, Instant when) { return namer.path_of(directory, when); };
  try {
    return index_.find(account, query, at, limit, folder_of, progress);
  } catch (const Error& error) {
    const auto code = error.code();
    if (code != Errc::kReadOnly && code != Errc::kIo && code != Errc::kNoSpace) throw;
    return temporary_index(error).find(account, query, at, limit, folder_of, progress);
  }
}

}  // namespace yestermail
