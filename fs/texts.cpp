// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/texts.h"

#include "base/instant_text.h"

namespace yestermail {
namespace {

class JsonObject {
 public:
  void add(std::string_view name, std::uint64_t value) { raw(name, std::to_string(value)); }
  /// `value` needs no escapes.
  void add(std::string_view name, const std::string& value) { raw(name, "\"" + value + "\""); }
  void raw(std::string_view name, const std::string& value) {
    text_.append(text_.empty() ? "{\"" : ", \"").append(name).append("\": ").append(value);
  }
  [[nodiscard]] std::string text() const { return (text_.empty() ? "{" : text_) + "}"; }

 private:
  std::string text_;
};

std::string figures_json(const StoreFigures& figures) {
  JsonObject json;
  json.add("accounts", figures.accounts);
  json.add("items", figures.items);
  json.add("versions", figures.versions);
  json.add("blobs", figures.blobs);
  json.add("logical_bytes", figures.logical_bytes);
  json.add("history_bytes", figures.history_bytes);
  json.add("stored_bytes", figures.stored_bytes);
  json.add("journal_blobs", figures.journal_blobs);
  return json.text();
}

std::string counters_json(const RequestCounters& counters) {
  JsonObject json;
  for (std::size_t i = 0; i < kRequestNames.size(); ++i) {
    json.add(kRequestNames[i], counters.of(static_cast<Request>(i)));
  }
  return json.text();
}

}  // namespace

std::string readme_text() {
  return R"(The past of a mail server, read-only. Everything here is an ordinary folder or file.

latest/                    what is there now
2026-11-22T10-00-00Z/      what was there then (UTC), where something changed
at/2026-11-22T10:15:07Z/   any instant: never listed, always there. Also at/2026-11-22,
                           at/yesterday, at/3h-ago, at/2026-11-22T10:15+01:00. The future,
                           and the time before anything was recorded, are not there.
Below each of them, an account is a folder: its mail folders with their messages as .eml
files named by date, sender and subject; @home has its sieve scripts; @server, beside the
accounts, has what was recorded of the server.

maildir/                   the same times, with every file exactly as it was on the
                           server: name, flags, date, mode and owner.

To bring back a message:   cp "at/yesterday/alice@example.com/INBOX/2026-... .eml" ~/
To bring back a mailbox:   cp -a maildir/at/2026-11-22T10:15:07Z/alice@example.com DIR
To compare two instants:   diff -rq maildir/at/yesterday/ACCOUNT maildir/latest/ACCOUNT

A file that cannot be read (input/output error) is damaged in the store: the mount's log
says which. .status tells what the store holds, as JSON.
)";
}

std::string status_text(const std::string& store_id, Instant last, const StoreFigures& figures,
                        const RequestCounters& counters) {
  JsonObject json;
  if (!store_id.empty()) json.add("store_id", store_id);
  json.add("last_instant", instant_text(last));
  json.raw("store", figures_json(figures));
  json.raw("requests", counters_json(counters));
  auto text = json.text();
  text.resize(kStatusSize, ' ');
  text.back() = '\n';
  return text;
}

}  // namespace yestermail
