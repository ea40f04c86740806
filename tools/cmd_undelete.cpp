// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_undelete.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/error.h"
#include "base/instant_text.h"
#include "base/maildir_name.h"
#include "restore/undelete.h"
#include "tools/accounts.h"
#include "tools/folders.h"
#include "tools/heap.h"
#include "tools/restore_report.h"
#include "tools/restore_target.h"
#include "tools/store_location.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 8> kUndeleteOptions{{
    kStoreOption,
    {"from", 'F', "INSTANT", "what was deleted at this time or later; must be given", false},
    {"until", 'U', "INSTANT", "what was deleted before this time; now if absent", false},
    {"folder", 'f', "FOLDER", "only what stood in this folder or below it", false},
    {"match", 'm', "TEXT", "only with this text in the sender or the subject", false},
    {"into", 'i', "FOLDER", "into this folder instead of \"Restored <date>\"", false},
    {"dry-run", 'n', "", "show what would be restored, write nothing", false},
    kJsonOption,
}};

/// The directory of a folder that people named. Only what is written alike in modified UTF-7.
FolderPlace place_of(const std::string& name, const std::string& layout) {
  const auto refuse = [&](const std::string& why) {
    throw Error(Errc::kUsage, "--into " + printable(name) + ": " + why);
  };
  const bool plain = std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain) refuse("only ASCII characters can stand in the name of a new folder");
  if (name.empty() || name.front() == '/' || name.front() == '~' || name.ends_with('/'))
    refuse("not the name of a folder");
  FolderPlace place{name, layout == "fs" ? "" : ".", {}};
  for (const auto& level : split_path(name)) {
    const bool reserved =
        layout == "fs" ? level.front() == '.' || is_folder_part(level) : level.find('.') != std::string::npos;
    if (reserved) refuse("a mailbox cannot have a folder of this name");
    if (place.directory.size() > 1) place.directory += layout == "fs" ? '/' : '.';
    for (const char c : level) place.directory += c == '&' ? std::string("&-") : std::string(1, c);
  }
  return place;
}

DeletedQuery read_deleted_query(const Arguments& arguments, const Environment& env) {
  const auto from = instant_option(arguments, "from", env);
  if (!from) throw Error(Errc::kUsage, "no --from given: say since when it may have been deleted");
  DeletedQuery query{*from, instant_option(arguments, "until", env).value_or(kForever), {}, {}};
  if (query.until <= query.from) throw Error(Errc::kUsage, "--until is not after --from: nothing can be between them");
  const auto match = lower_case(arguments.value("match").value_or(""));
  query.matches = [match](const EntryState& state) {
    return lower_case(state.sender).find(match) != std::string::npos ||
           lower_case(state.subject).find(match) != std::string::npos;
  };
  return query;
}

/// Tells the folder of what was deleted, if it is `wanted` or below it; empty: all are.
class FolderFinder {
 public:
  FolderFinder(View& view, const Account& account, std::string wanted)
      : view_(view), account_(account), namer_(view, account.number, account.layout), wanted_(std::move(wanted)) {}

  std::optional<RecordedFolder> operator()(ItemId directory, Instant at) {
    const auto path = namer_.path_of(directory, at);
    if (!wanted_.empty() && path != wanted_ && !path.starts_with(wanted_ + "/")) return std::nullopt;
    const auto version = view_.item_at(account_.number, directory, at);
    if (!version) return std::nullopt;
    const auto folder = version->state.parent;
    return RecordedFolder{path, directory_of(view_, account_.number, folder, at), folder};
  }

 private:
  View& view_;
  const Account& account_;
  FolderNamer namer_;
  const std::string wanted_;
};

int run_undelete(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(1);
  if (arguments.words().empty()) throw Error(Errc::kUsage, "no account given: write ACCOUNT");
  const auto& name = arguments.words().front();
  auto query = read_deleted_query(arguments, env);
  const auto today = instant_text(env.clock.now()).substr(0, 10);
  const bool dry_run = arguments.has("dry-run");
  StreamLog log(env.err);
  const auto store = store_path(arguments, env);
  const auto view = open_view(store_world(env, log), store);
  const auto account = account_at(*view, name, kForever);
  const auto place = place_of(arguments.value("into").value_or("Restored " + today), account.layout);
  FolderFinder finder(*view, account, arguments.value("folder").value_or(""));
  query.folder_of = [&](ItemId directory, Instant at) { return finder(directory, at); };
  const auto deleted = find_deleted(*view, account.number, query);
  if (deleted.empty()) {
    throw Error(Errc::kNotFound, "nothing found that was deleted from " + printable(account.name) +
                                     " then and is gone: \"yestermail log " + printable(account.name) +
                                     "\" shows what happened");
  }
  const auto settings = read_store_settings(store_world(env, log), store);
  const auto mailbox = open_live_mailbox(*view, settings, account, kForever, dry_run);
  keep_large_pieces();
  RestoreReport report(env, {arguments.has("json"), dry_run});
  report.begin(account);
  Restorer({*view, account, report.sink(), dry_run}, *mailbox).put_back(deleted, place);
  return report.end();
}

}  // namespace

const Command kUndeleteCommand{
    "undelete",
    "put back what was deleted in a span of time",
    "ACCOUNT --from INSTANT [--until INSTANT] [--folder FOLDER] [--match TEXT]",
    "Puts the messages of an account that were deleted in a span of time, and are not "
    "there any more, into a folder of its live mailbox that is made for them, with "
    "flags, keywords and dates. Run again it puts back only what is missing. Tells of "
    "every item: restored, already there or failed.",
    kUndeleteOptions,
    run_undelete,
};

}  // namespace yestermail
