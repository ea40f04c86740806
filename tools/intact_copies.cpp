// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/intact_copies.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/c_ptr.h"
#include "base/error.h"
#include "base/maildir_name.h"
#include "policy/account_lives.h"
#include "scanner/account_source.h"
#include "tools/folders.h"
#include "tools/items.h"

namespace yestermail {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> list(int directory) {
  std::vector<std::string> names;
  Fd fd(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return names;
  const CPtr<DIR, closedir> stream(::fdopendir(fd.get()));
  if (!stream) return names;
  fd.release();
  while (const auto* entry = ::readdir(stream.get())) names.emplace_back(entry->d_name);
  return names;
}

std::optional<Bytes> read_all(int file, std::uint64_t size) {
  Bytes bytes(static_cast<std::size_t>(size));
  for (std::size_t at = 0; at < bytes.size();) {
    const auto n = ::pread(file, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (n <= 0) return std::nullopt;
    at += static_cast<std::size_t>(n);
  }
  return bytes;
}

/// The file of an item in a directory, whatever its flags are now.
std::optional<Bytes> find_in(const Beneath& tree, const std::string& path, const std::string& name,
                             const Digest& digest) {
  auto opened = tree.open_directory(path);
  const auto* directory = std::get_if<Opened>(&opened);
  if (directory == nullptr) return std::nullopt;
  for (const auto& candidate : list(directory->fd.get())) {
    if (candidate != name && maildir_base(candidate) != maildir_base(name)) continue;
    auto result = tree.open_file(directory->fd.get(), candidate);
    const auto* file = std::get_if<Opened>(&result);
    if (file == nullptr) continue;
    auto bytes = read_all(file->fd.get(), file->stat.size);
    if (bytes && Digest::of(*bytes) == digest) return bytes;
  }
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& directories) {
  std::string path;
  for (const auto& directory : directories) path += (path.empty() ? "" : "/") + directory;
  return path;
}

}  // namespace

IntactCopies::IntactCopies(StoreWorld world, const std::string& store, const std::vector<std::string>& from)
    : world_(world), store_(store) {
  const auto id = read_store_id(world, store);
  for (const auto& text : from) {
    if (!fs::exists(fs::path(text) / "yestermail.store") && text.find(':') != std::string::npos) {
      static_cast<void>(SourceSpec(text));
      sources_.push_back(text);
      continue;
    }
    std::error_code error;
    if (fs::equivalent(text, store, error)) {
      throw Error(Errc::kUsage, "--from " + printable(text) + ": is the very store that is to be repaired");
    }
    stores_.push_back({text, read_store_id(world, text) == id, open_view(world, text)});
  }
  for (const auto& source : read_store_settings(world, store).sources) sources_.push_back(source);
}

RepairSources IntactCopies::sources() {
  RepairSources sources;
  sources.blob = [this](const WantedBlob& wanted) { return blob(wanted); };
  sources.file = [this](const std::string& path) { return file(path); };
  sources.names = [this](const std::string& directory) { return names(directory); };
  sources.erased = [this](const Uuid& account, const Digest& content, Instant since) {
    return is_erased(account, content, since);
  };
  return sources;
}

bool IntactCopies::is_erased(const Uuid& account, const Digest& content, Instant since) {
  if (!erasures_) {
    const auto view = open_view(world_, store_);
    auto erasures = Erasures::read(*view);
    names_[Uuid{}] = view->account(kServerAccount)->name;
    for (const auto& life : account_lives(*view)) names_[life.uuid] = life.name;
    erasures_ = std::move(erasures);
  }
  if (erasures_->empty()) return false;
  const auto name = names_.find(account);
  return name == names_.end() || erasures_->contains(name->second, content, since);
}

std::optional<Bytes> IntactCopies::blob(const WantedBlob& wanted) {
  for (const auto& store : stores_) {
    if (auto bytes = from_store(store, wanted)) return bytes;
  }
  for (const auto& source : sources_) {
    if (auto bytes = from_source(source, wanted)) return bytes;
  }
  return std::nullopt;
}

std::optional<Bytes> IntactCopies::from_store(const Store& store, const WantedBlob& wanted) {
  try {
    auto account = store.same ? store.view->account(wanted.account.number)
                              : store.view->account_named(wanted.account.name, kForever);
    if (!account) return std::nullopt;
    const auto blob = store.view->open_blob(account->number, wanted.digest);
    Bytes bytes(static_cast<std::size_t>(blob->size()));
    for (std::size_t at = 0; at < bytes.size();) {
      const auto got = blob->read(at, std::span(bytes).subspan(at));
      if (got == 0) return std::nullopt;
      at += got;
    }
    return bytes;
  } catch (const Error&) {  // It does not have it, or not whole.
    return std::nullopt;
  }
}

std::optional<Bytes> IntactCopies::from_source(const std::string& spec, const WantedBlob& wanted) {
  const auto account = account_in(SourceSpec(spec), wanted.account.name);
  if (!account) return std::nullopt;
  auto opened = open_place(account->mail);
  auto* root = std::get_if<Opened>(&opened);
  if (root == nullptr) return std::nullopt;
  const Beneath tree(std::move(*root));
  for (const auto* item : wanted.items) {
    auto directories = item->directories;
    if (auto bytes = find_in(tree, joined(directories), item->name, wanted.digest)) return bytes;
    // It may have been seen meanwhile.
    if (directories.empty() || directories.back() != "new") continue;
    directories.back() = "cur";
    if (auto bytes = find_in(tree, joined(directories), item->name, wanted.digest)) return bytes;
  }
  return std::nullopt;
}

std::optional<Bytes> IntactCopies::file(const std::string& path) {
  for (const auto& store : stores_) {
    if (!store.same) continue;
    try {
      const auto full = store.path + "/" + path;
      if (world_.disk.exists(full)) return read_file(world_.disk, full);
    } catch (const Error&) {  // That copy cannot give it.
    }
  }
  return std::nullopt;
}

std::vector<std::string> IntactCopies::names(const std::string& directory) {
  std::vector<std::string> all;
  for (const auto& store : stores_) {
    if (!store.same || !world_.disk.exists(store.path + "/" + directory)) continue;
    const auto some = world_.disk.list(store.path + "/" + directory);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace yestermail
