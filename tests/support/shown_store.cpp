// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/shown_store.h"

#include <stdexcept>

#include "base/error.h"
#include "base/instant_text.h"
#include "tests/support/given_blobs.h"

namespace yestermail::test {
namespace {

class Reader {
 public:
  Reader(View& view, Instant at, std::vector<Refused>* refused, GivenBlobs& given)
      : view_(view), at_(at), refused_(refused), given_(given) {}

  ShownStore read() {
    ShownStore store;
    std::vector<Account> accounts;
    guarded("", "", [&] { accounts = view_.accounts(at_); });
    for (const auto& account : accounts) {
      if (store.count(account.name) != 0) contradiction("two accounts named " + account.name);
      name_ = account.name;
      number_ = account.number;
      auto& shown = store[account.name];
      guarded(name_, "", [&] { read_root(shown); });
    }
    return store;
  }

 private:
  [[noreturn]] static void contradiction(const std::string& text) { throw std::logic_error(printable(text)); }

  template <class Action>
  void guarded(const std::string& account, const std::string& path, Action action) {
    try {
      action();
    } catch (const Error& error) {
      if (refused_ == nullptr) throw;
      refused_->push_back({account, path, error.code(), error.what()});
    }
  }

  void read_root(ShownAccount& shown) {
    const auto root = view_.item_at(number_, kRootItem, at_);
    if (root) shown.emplace("", entry_of(*root));
    guarded(name_, "/", [&] { read_directory(kRootItem, "", shown); });
  }

  void read_directory(ItemId directory, const std::string& prefix, ShownAccount& shown) {
    const auto ids = view_.list(number_, directory, at_);
    const auto versions = view_.versions(number_, ids);
    if (versions.size() != ids.size()) contradiction("list and versions disagree in " + prefix);
    for (const auto& version : versions) {
      const auto path = prefix + version.state.name;
      check(version, directory, path);
      guarded(name_, path, [&] {
        const auto found = view_.lookup(number_, directory, version.state.name, at_);
        if (!found || found->id != version.id) contradiction("list and lookup disagree: " + path);
        const auto again = view_.item_at(number_, version.item, at_);
        if (!again || again->id != version.id) contradiction("list and item_at disagree: " + path);
        if (!shown.emplace(path, entry_of(version)).second) contradiction("two entries named " + path);
      });
      if (version.state.kind != EntryKind::kDirectory) continue;
      guarded(name_, path + "/", [&] { read_directory(version.item, path + "/", shown); });
    }
  }

  void check(const Version& version, ItemId directory, const std::string& path) const {
    if (version.state.parent != directory) contradiction("in another directory: " + path);
    const bool lasting = at_ == kForever ? version.until == kForever : version.until > at_;
    if (version.since > at_ || !lasting) contradiction("not of this instant: " + path);
  }

  ShownEntry entry_of(const Version& version) {
    const auto& state = version.state;
    ShownEntry entry{state.kind, "", state.mtime_ns, state.mode, state.uid, state.gid, state.sender, state.subject};
    if (!state.digest) return entry;
    const std::pair key{number_.value, *state.digest};
    auto found = given_.find(key);
    if (found == given_.end()) found = given_.emplace(key, bytes_of(*state.digest, state.name)).first;
    entry.bytes = found->second;
    if (entry.bytes.size() != state.size) contradiction("size of entry and blob disagree: " + state.name);
    return entry;
  }

  std::string bytes_of(const Digest& digest, const std::string& name) {
    const auto blob = view_.open_blob(number_, digest);
    std::string bytes(static_cast<std::size_t>(blob->size()), '\0');
    const auto into = std::as_writable_bytes(std::span(bytes));
    if (blob->read(0, into) != into.size()) contradiction("a blob shorter than its size: " + name);
    if (Digest::of(as_bytes(bytes)) != digest) contradiction("wrong bytes given out: " + name);
    return bytes;
  }

  View& view_;
  Instant at_;
  std::vector<Refused>* refused_;
  GivenBlobs& given_;
  std::string name_;
  AccountNumber number_;
};

std::string difference(const ShownEntry& want, const ShownEntry& have) {
  std::string text;
  if (want.kind != have.kind) text += " kind";
  if (want.bytes != have.bytes) text += " bytes";
  if (want.mtime_ns != have.mtime_ns) text += " mtime";
  if (want.mode != have.mode || want.uid != have.uid || want.gid != have.gid) text += " mode or owner";
  if (want.sender != have.sender || want.subject != have.subject) text += " sender or subject";
  return text;
}

}  // namespace

ShownStore show(View& view, Instant at, std::vector<Refused>* refused) {
  GivenBlobs given;
  return show(view, at, refused, given);
}

ShownStore show(View& view, Instant at, std::vector<Refused>* refused, GivenBlobs& given) {
  return Reader(view, at, refused, given).read();
}

std::vector<std::string> shown_differences(const ShownStore& want, const ShownStore& have) {
  std::vector<std::string> lines;
  const auto note = [&lines](const std::string& line) {
    if (lines.size() < 12) lines.push_back(line);
  };
  for (const auto& [name, account] : want) {
    const auto other = have.find(name);
    if (other == have.end()) {
      note("missing account: " + printable(name));
      continue;
    }
    for (const auto& [path, entry] : account) {
      const auto found = other->second.find(path);
      if (found == other->second.end()) {
        note("missing: " + printable(name + " /" + path));
      } else if (found->second != entry) {
        note("differs: " + printable(name + " /" + path) + ":" + difference(entry, found->second));
      }
    }
    for (const auto& [path, entry] : other->second) {
      if (account.count(path) == 0) note("not expected: " + printable(name + " /" + path));
    }
  }
  for (const auto& [name, account] : have) {
    if (want.count(name) == 0) note("account not expected: " + printable(name));
  }
  return lines;
}

}  // namespace yestermail::test
