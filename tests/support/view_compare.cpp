// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/view_compare.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/digest.h"
#include "base/error.h"
#include "base/instant_text.h"
#include "store/happening_stream.h"

namespace yestermail::test {
namespace {

class ViewComparison {
 public:
  ViewComparison(View& want, View& have) : want_(want), have_(have) {}

  std::vector<std::string> run() {
    const auto wanted = lives_of(want_);
    const auto found = lives_of(have_);
    if (wanted.size() != found.size()) tell("not as many accounts");
    for (const auto& [key, account] : wanted) {
      const auto here = found.find(key);
      if (here == found.end()) {
        tell(key + ": is not there");
      } else {
        compare(key, account, here->second);
      }
    }
    if (gaps_of(want_, kServerAccount) != gaps_of(have_, kServerAccount)) tell("other gaps of all accounts");
    return std::move(lines_);
  }

 private:
  void tell(std::string line) { lines_.push_back(std::move(line)); }

  /// By name, beginning and end.
  static std::map<std::string, AccountNumber> lives_of(View& view) {
    std::map<std::string, AccountNumber> lives;
    for (const auto& each : view.happenings(kServerAccount, Instant{0}, kForever, 100'000)) {
      if (each.ended || each.version.state.kind != EntryKind::kAccount) continue;
      const AccountNumber number{static_cast<std::uint32_t>(each.version.item.value)};
      if (const auto account = view.account(number)) {
        lives.emplace(printable(account->name) + " " + std::to_string(account->since.value) + ".." +
                          std::to_string(account->until.value),
                      number);
      }
    }
    return lives;
  }

  static std::vector<std::pair<std::int64_t, std::string>> gaps_of(View& view, AccountNumber account) {
    std::vector<std::pair<std::int64_t, std::string>> gaps;
    for (const auto& gap : view.gaps(account, Instant{0}, kForever)) {
      gaps.emplace_back(gap.from.value, std::to_string(gap.until.value) + " " +
                                            std::to_string(static_cast<int>(gap.reason)) + " " + gap.text);
    }
    std::ranges::sort(gaps);
    return gaps;
  }

  void compare(const std::string& key, AccountNumber wanted, AccountNumber found) {
    if (gaps_of(want_, wanted) != gaps_of(have_, found)) tell(key + ": other gaps");
    if (want_.account(wanted)->layout != have_.account(found)->layout) tell(key + ": another layout");
    HappeningStream want(want_, wanted, Instant{0}, kForever);
    HappeningStream have(have_, found, Instant{0}, kForever);
    std::set<Digest> contents;
    for (const auto* each = want.peek(); each != nullptr; each = want.peek()) {
      const auto* here = have.peek();
      if (here == nullptr) return tell(key + ": ends before " + text_of(*each));
      if (!is_same(*each, *here)) return tell(key + ": " + text_of(*each) + " is " + text_of(*here));
      if (each->version.state.digest) contents.insert(*each->version.state.digest);
      want.pop();
      have.pop();
    }
    if (have.peek() != nullptr) tell(key + ": has more: " + text_of(*have.peek()));
    for (const auto& content : contents) {
      if (digest_in(found, content) != content) tell(key + ": has other bytes as " + content.hex());
    }
  }

  Digest digest_in(AccountNumber account, const Digest& content) {
    const auto reader = have_.open_blob(account, content);
    Bytes bytes(static_cast<std::size_t>(reader->size()));
    reader->read(0, bytes);
    return Digest::of(bytes);
  }

  static bool is_same(const View::Happening& a, const View::Happening& b) {
    const auto& x = a.version;
    const auto& y = b.version;
    return a.at == b.at && a.ended == b.ended && x.id == y.id && x.item == y.item && x.body == y.body &&
           x.cause == y.cause && x.since == y.since && x.until == y.until && x.state == y.state;
  }

  static std::string text_of(const View::Happening& each) {
    const auto& version = each.version;
    return instant_text(each.at) + (each.ended ? " end" : " begin") + " of version " +
           std::to_string(version.id.value) + " (item " + std::to_string(version.item.value) + ", body " +
           std::to_string(version.body.value) + ", cause " + std::to_string(static_cast<int>(version.cause)) + ") " +
           printable(version.state.name);
  }

  View& want_;
  View& have_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> compare_views(View& want, View& have) { return ViewComparison(want, have).run(); }

}  // namespace yestermail::test
