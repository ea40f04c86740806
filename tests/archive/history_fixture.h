// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <csignal>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/archive/import_fixture.h"

namespace yestermail::test {

/// A store with a past, and whether a second one has the same.
class HistoryTest : public ImportTest {
 protected:
  /// A few days at the mail server; an account goes and comes back.
  void live() {
    make_scanned_store();
    copy_mail(directory_ / "then");
    then_ = last_change();
    change_small_server(mail_, 1);
    scan();
    std::filesystem::rename(carol(), directory_ / "carol");
    scan();
    change_small_server(mail_, 2);
    scan();
    std::filesystem::rename(directory_ / "carol", carol());
    MaildirBuilder(carol() + "/Maildir").put("", "1700000000.M1.host:2,", "Subject: back\n\nback\n");
    scan();
  }
  /// Two days: for what needs a past, and no special one.
  void live_briefly() {
    make_scanned_store();
    change_small_server(mail_, 1);
    scan();
  }
  std::string history(const std::string& store, const std::string& at) {
    const auto file = directory_ / ("history-" + std::to_string(++count_) + ".tar.zst");
    const auto ran = run({"export", "--store", store, "--to", file, "--history", "--at", at});
    EXPECT_EQ(ran.status, 0) << ran.err;
    return extract(file);
  }
  static std::multiset<std::string> histories_of(const std::string& extracted) {
    std::multiset<std::string> histories;
    for (const auto* kind : {"/accounts", "/ended"}) {
      if (!std::filesystem::exists(extracted + kind)) continue;
      for (const auto& account : std::filesystem::directory_iterator(extracted + kind)) {
        // Of those that had ended the name ends in their uuid, which is another one here.
        const auto name = account.path().filename().string();
        histories.insert(kind + ("/" + name.substr(0, name.find('~'))) + "\n" +
                         read_text(account.path() / "history.jsonl"));
      }
    }
    return histories;
  }
  /// Item for item, version for version, instant for instant.
  void expect_same_history() {
    const auto at = last_change();
    const auto want = history(store_, at);
    const auto have = history(other_, at);
    const auto histories = histories_of(want);
    EXPECT_GE(histories.size(), 4U);
    EXPECT_TRUE(histories == histories_of(have));
    EXPECT_EQ(joined(compare_trees(want + "/accounts/alice@example.com/blobs",
                                   have + "/accounts/alice@example.com/blobs", {.directory_mtimes = false})),
              "");
    expect_trees(have, maildirs());
  }

  /// Whoever looks at a new store records its beginning in it, and a history from before that cannot come in any more.
  void make_other_anew() {
    std::filesystem::remove_all(other_);
    create_store(world_, other_, {});
  }

  /// A command that is killed at `points` places in turn, each time in what the last one left; it must be done then
  /// when it is run once more. `other_` is made anew before.
  void kill_and_run(const std::vector<std::string>& command, std::uint64_t points) {
    const auto shim =
        "LD_PRELOAD=" +
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "libyestermail_kill_shim.so").string();
    const std::string asan = "ASAN_OPTIONS=verify_asan_link_order=0";
    const auto count = directory_ / "count";
    ASSERT_EQ(test::run(command, {shim, asan, "YM_KILL_COUNT=" + count}).status, 0);
    std::uint64_t calls = 0;
    std::ifstream(count) >> calls;
    make_other_anew();
    std::uint64_t killed = 0;
    for (std::uint64_t point = 1; point <= points; ++point) {
      const auto at = point * calls / (points + 2);
      if (test::run(command, {shim, asan, "YM_KILL_AT=" + std::to_string(at)}).signal == SIGKILL) ++killed;
    }
    EXPECT_GT(killed, 1U);
    EXPECT_EQ(test::run(command).status, 0);
  }

  [[nodiscard]] std::string carol() const { return mail_ + "/example.net/carol"; }

  std::string then_;
};

}  // namespace yestermail::test
