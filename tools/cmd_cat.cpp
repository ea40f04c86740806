// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_cat.h"

#include <array>

#include "base/error.h"
#include "tools/accounts.h"
#include "tools/items.h"
#include "tools/store_location.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 2> kCatOptions{{kStoreOption, kAtOption}};

Version find_item(View& view, const Clock& clock, const Account& account, const std::string& rest, Instant at) {
  if (const auto item = item_of_tagged(rest)) return item_tagged(view, account, *item, at);
  const auto slash = rest.rfind('/');
  if (slash == std::string::npos) {
    throw Error(Errc::kUsage, "\"" + printable(rest) + "\" names no folder: write ACCOUNT/FOLDER/ITEM");
  }
  const auto folder = folder_named(view, clock, account, rest.substr(0, slash), at);
  return item_named(view, account, folder, rest.substr(slash + 1), at);
}

void write_blob(BlobReader& blob, std::ostream& out) {
  Bytes buffer(256U << 10U);
  for (std::uint64_t at = 0; at < blob.size();) {
    const auto got = blob.read(at, buffer);
    if (got == 0) throw Error(Errc::kDamage, "a blob ended before its size");
    const auto text = as_text(ByteView(buffer).first(got));
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!out) throw Error(Errc::kIo, "standard output: cannot be written");
    at += got;
  }
}

int run_cat(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(1);
  if (arguments.words().empty()) throw Error(Errc::kUsage, "no item given: write ACCOUNT/FOLDER/ITEM");
  const auto path = split_account_path(arguments.words().front());
  if (path.rest.empty()) throw Error(Errc::kUsage, "only an account given: write ACCOUNT/FOLDER/ITEM");
  const auto at = at_option(arguments, env);
  StreamLog log(env.err);
  const auto view = open_view(store_world(env, log), store_path(arguments, env));
  const auto account = account_at(*view, path.account, at);
  const auto version = find_item(*view, env.clock, account, path.rest, at);
  if (!version.state.digest) throw Error(Errc::kUsage, "\"" + printable(path.rest) + "\" is a directory: name an item");
  write_blob(*view->open_blob(account.number, *version.state.digest), env.out);
  return 0;
}

}  // namespace

const Command kCatCommand{
    "cat",
    "print one item, byte for byte, as it was at any time",
    "ACCOUNT/FOLDER/ITEM [--at INSTANT]",
    "Writes the bytes of one item to standard output. ITEM is a file name, with or "
    "without its flags, or the item's tag as list and log show it, as ~k3f9; with a "
    "tag, FOLDER may be left out.",
    kCatOptions,
    run_cat,
};

}  // namespace yestermail
