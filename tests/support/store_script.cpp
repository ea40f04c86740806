// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/store_script.h"

#include <algorithm>
#include <optional>
#include <span>
#include <stdexcept>

#include "base/checksum.h"
#include "store/base64_lines.h"
#include "tests/support/maildir_builder.h"

namespace yestermail::test {
namespace {

class TextSource final : public BlobSource {
 public:
  explicit TextSource(const std::string& text) : rest_(as_bytes(text)) {}
  std::size_t read(std::span<std::byte> into) override {
    const auto n = std::min(into.size(), rest_.size());
    std::copy_n(rest_.begin(), n, into.begin());
    rest_ = rest_.subspan(n);
    return n;
  }

 private:
  ByteView rest_;
};

bool is_below(const std::string& path, const std::string& directory) {
  return path.size() > directory.size() && path.substr(0, directory.size() + 1) == directory + "/";
}

void apply(ShownAccount& account, const Edit& edit) {
  if (edit.kind == Edit::Kind::kPut) {
    account[edit.path] = edit.entry;
    return;
  }
  ShownAccount moved;
  for (auto at = account.begin(); at != account.end();) {
    const bool concerned = at->first == edit.path || is_below(at->first, edit.path);
    if (concerned && edit.kind == Edit::Kind::kMove) {
      moved.emplace(edit.to + at->first.substr(edit.path.size()), at->second);
    }
    at = concerned ? account.erase(at) : std::next(at);
  }
  for (auto& [path, entry] : moved) account[path] = entry;
}

/// Turns edits by path into changes by item, as a scanner would.
class Translator {
 public:
  Translator(Recorder& recorder, const std::string& account)
      : recorder_(recorder), number_(recorder.view().account_named(account, kForever).value().number) {}

  [[nodiscard]] AccountNumber account() const { return number_; }

  std::vector<Change> changes_of(const Edit& edit) {
    std::vector<Change> changes;
    switch (edit.kind) {
      case Edit::Kind::kPut: changes.push_back(put(edit)); break;
      case Edit::Kind::kMove: changes.push_back(move(edit)); break;
      case Edit::Kind::kRemove: remove(edit.path, changes); break;
    }
    return changes;
  }

 private:
  static std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

  ItemId directory_of(const std::string& path) {
    if (path.empty()) return kNoItem;
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return kRootItem;
    const auto parent = path.substr(0, slash);
    if (const auto made = made_.find(parent); made != made_.end()) return made->second;
    return find(parent).value().item;
  }

  std::optional<Version> find(const std::string& path) {
    if (path.empty()) return recorder_.view().item_at(number_, kRootItem, kForever);
    const auto parent = directory_of(path);
    return recorder_.view().lookup(number_, parent, name_of(path), kForever);
  }

  Change put(const Edit& edit) {
    Put put;
    const auto parent = directory_of(edit.path);
    const bool parent_is_new = parent != kNoItem && parent != kRootItem && made_items_.count(parent.value) != 0;
    const auto known = parent_is_new ? std::nullopt : find(edit.path);
    put.cause = known ? Cause::kChanged : Cause::kArrived;
    put.item = known ? known->item : edit.path.empty() ? kRootItem : recorder_.new_item(number_);
    auto& state = put.state;
    state.kind = edit.entry.kind;
    state.parent = parent;
    state.name = name_of(edit.path);
    if (state.kind != EntryKind::kDirectory) state.digest = Digest::of(as_bytes(edit.entry.bytes));
    state.size = edit.entry.bytes.size();
    state.mtime_ns = edit.entry.mtime_ns;
    state.mode = edit.entry.mode;
    state.uid = edit.entry.uid;
    state.gid = edit.entry.gid;
    state.sender = edit.entry.sender;
    state.subject = edit.entry.subject;
    if (state.kind == EntryKind::kDirectory) {
      made_[edit.path] = put.item;
      if (!known) made_items_[put.item.value] = true;
    }
    return put;
  }

  Change move(const Edit& edit) {
    const auto from = find(edit.path).value();
    Put put;
    put.item = from.item;
    put.cause = directory_of(edit.path) == directory_of(edit.to) ? Cause::kRenamed : Cause::kMoved;
    put.state = from.state;
    put.state.parent = directory_of(edit.to);
    put.state.name = name_of(edit.to);
    put.body = from.body;
    return put;
  }

  void remove(const std::string& path, std::vector<Change>& changes) {
    const auto found = find(path).value();
    if (found.state.kind == EntryKind::kDirectory) {
      for (const auto id : recorder_.view().list(number_, found.item, kForever)) {
        remove(path + "/" + recorder_.view().version(number_, id).value().state.name, changes);
      }
    }
    changes.emplace_back(Remove{found.item});
  }

  Recorder& recorder_;
  AccountNumber number_;
  std::map<std::string, ItemId> made_;
  std::map<std::uint64_t, bool> made_items_;
};

void perform_record(Recorder& recorder, const StoreStep& step) {
  Translator translator(recorder, step.edits.front().account);
  std::vector<Change> changes;
  std::vector<Bytes> blobs;
  for (const auto& edit : step.edits) {
    for (auto& change : translator.changes_of(edit)) changes.push_back(std::move(change));
    if (edit.kind == Edit::Kind::kPut && edit.entry.kind != EntryKind::kDirectory) {
      blobs.push_back(to_bytes(edit.entry.bytes));
    }
  }
  recorder.record(translator.account(), changes, blobs);
}

void perform_bulk(Recorder& recorder, const StoreStep& step) {
  std::map<std::string, Translator> translators;
  const auto session = recorder.begin_bulk();
  for (const auto& edit : step.edits) {
    auto& translator = translators.try_emplace(edit.account, recorder, edit.account).first->second;
    if (edit.kind == Edit::Kind::kPut && edit.entry.kind != EntryKind::kDirectory) {
      TextSource source(edit.entry.bytes);
      const auto stored = session->store(translator.account(), source);
      if (stored.digest != Digest::of(as_bytes(edit.entry.bytes)))
        throw std::logic_error("store() gave another digest");
    }
    for (auto& change : translator.changes_of(edit)) session->add(translator.account(), std::move(change));
  }
  session->commit();
}

/// A mail with the attachment of that number, in lines of this length: a part that accounts share, cut into chunks.
std::string attachment_mail(const std::string& to, std::uint64_t number, std::uint32_t line) {
  const auto file = sample_mail(number, 50'000);
  const Base64Coding coding{line, false, false};
  std::string text(static_cast<std::size_t>(encoded_size(coding, file.size())), ' ');
  encode_base64(coding, as_bytes(file), std::as_writable_bytes(std::span(text)));
  return "To: " + to + "\nContent-Transfer-Encoding: base64\n\n" + text;
}

}  // namespace

Edit put_directory(std::string account, std::string path) {
  ShownEntry entry;
  entry.kind = EntryKind::kDirectory;
  entry.mode = 0700;
  entry.uid = 1000;
  entry.gid = 1000;
  entry.mtime_ns = 1'700'000'000'000'000'001;
  return {Edit::Kind::kPut, std::move(account), std::move(path), "", entry};
}

Edit put_mail(std::string account, std::string path, std::string bytes) {
  ShownEntry entry;
  entry.kind = EntryKind::kMessage;
  entry.mode = 0600;
  entry.uid = 1000;
  entry.gid = 1000;
  entry.mtime_ns = 1'600'000'000'000'000'000 + static_cast<std::int64_t>(checksum(as_bytes(path + bytes)) >> 8U);
  entry.sender = "Bob Example";
  entry.subject = "A mail of " + std::to_string(bytes.size()) + " bytes";
  entry.bytes = std::move(bytes);
  return {Edit::Kind::kPut, std::move(account), std::move(path), "", entry};
}

Edit move_entry(std::string account, std::string from, std::string to) {
  return {Edit::Kind::kMove, std::move(account), std::move(from), std::move(to), {}};
}

Edit remove_entry(std::string account, std::string path) {
  return {Edit::Kind::kRemove, std::move(account), std::move(path), "", {}};
}

ShownStore after(ShownStore before, const StoreStep& step) {
  if (step.kind == StoreStep::Kind::kAddAccount) before[step.account];
  if (step.kind == StoreStep::Kind::kEndAccount) before.erase(step.account);
  for (const auto& edit : step.edits) apply(before.at(edit.account), edit);
  return before;
}

ShownStore after(ShownStore before, const StoreScript& script) {
  for (const auto& step : script) before = after(std::move(before), step);
  return before;
}

void perform(Recorder& recorder, const StoreStep& step) {
  switch (step.kind) {
    case StoreStep::Kind::kAddAccount: {
      Account profile;
      profile.name = step.account;
      profile.source = "maildir:/srv/mail/" + step.account;
      profile.layout = "maildir++";
      recorder.add_account(profile);
      break;
    }
    case StoreStep::Kind::kEndAccount:
      recorder.end_account(recorder.view().account_named(step.account, kForever).value().number);
      break;
    case StoreStep::Kind::kRecord: perform_record(recorder, step); break;
    case StoreStep::Kind::kBulk: perform_bulk(recorder, step); break;
    case StoreStep::Kind::kPack: recorder.pack_now(); break;
  }
}

StoreScript bulk_script() {
  using Kind = StoreStep::Kind;
  StoreStep first{Kind::kBulk};
  StoreStep second{Kind::kBulk};
  std::uint64_t seed = 0;
  for (const auto* account : {"alice@example.com", "bob@example.com", "carol@example.net"}) {
    first.edits.push_back(put_directory(account, ""));
    for (const auto* path : {"cur", "new", ".Work", ".Work/cur"}) first.edits.push_back(put_directory(account, path));
    for (const auto* name : {"cur/one:2,S", "cur/two:2,", "new/three", ".Work/cur/four:2,FS"}) {
      first.edits.push_back(put_mail(account, name, sample_mail(++seed, 1500)));
    }
    first.edits.push_back(put_mail(account, "cur/empty:2,", ""));
    second.edits.push_back(put_directory(account, ".Empty"));
    second.edits.push_back(put_mail(account, "cur/again:2,S", sample_mail(1, 1500)));
    second.edits.push_back(put_mail(account, "cur/five\n\x1b:2,", sample_mail(++seed, 9000)));
    second.edits.push_back(move_entry(account, "cur/two:2,", "cur/two:2,RS"));
    second.edits.push_back(remove_entry(account, "new/three"));
  }
  second.edits.push_back(put_mail("bob@example.com", ".Work/cur/large:2,", sample_mail(77, 300'000)));
  for (const std::string account : {"alice@example.com", "bob@example.com"}) {
    second.edits.push_back(put_mail(account, ".Work/cur/attached:2,", attachment_mail(account, 78, 76)));
  }
  return {{Kind::kAddAccount, "alice@example.com"},
          {Kind::kAddAccount, "bob@example.com"},
          {Kind::kAddAccount, "carol@example.net"},
          first,
          second};
}

StoreScript live_script() {
  using Kind = StoreStep::Kind;
  const std::string a = "alice@example.com";
  const std::string b = "bob@example.com";
  const std::string c = "carol@example.net";
  return {
      {Kind::kRecord, "", {put_mail(a, "new/live1", sample_mail(101))}},
      {Kind::kRecord, "", {move_entry(a, "new/live1", "cur/live1:2,")}},
      {Kind::kRecord,
       "",
       {put_mail(b, "new/large", sample_mail(102, 100'000)), put_mail(b, "new/same", sample_mail(101))}},
      {Kind::kRecord, "", {move_entry(a, "cur/live1:2,", "cur/live1:2,S"), remove_entry(a, "cur/one:2,S")}},
      {Kind::kRecord,
       "",
       {put_directory(a, ".Later"), put_directory(a, ".Later/cur"), put_mail(a, ".Later/cur/in:2,", sample_mail(103)),
        move_entry(a, "cur/again:2,S", ".Work/cur/again:2,S")}},
      {Kind::kRecord, "", {remove_entry(b, ".Work")}},
      {Kind::kRecord, "", {put_mail(a, ".Later/cur/in:2,", sample_mail(104, 20'000))}},
      {Kind::kEndAccount, c},
      {Kind::kAddAccount, c},
      {Kind::kRecord, "", {put_directory(c, ""), put_directory(c, "new"), put_mail(c, "new/anew", sample_mail(105))}},
      {Kind::kRecord, "", {move_entry(a, ".Later", ".Sooner")}},
      {Kind::kRecord, "", {put_mail(c, "new/attached", attachment_mail(c, 78, 72))}},
      {Kind::kRecord, "", {put_mail(a, ".Sooner/cur/attached:2,", attachment_mail(a, 106, 60))}},
  };
}

}  // namespace yestermail::test
