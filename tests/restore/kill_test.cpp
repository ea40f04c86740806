// SPDX-License-Identifier: GPL-3.0-or-later
// The program is killed at calls spread over a restore: what it leaves is whole mails and files in tmp/, and the next
// run completes it.
#include <filesystem>
#include <fstream>
#include <set>

#include "base/digest.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPoints = for_this_build(8, 40);

class KilledRestore : public StoreCommandTest {
 protected:
  void SetUp() override {
    for (int i = 0; i < 12; ++i) {
      bob().put(".Projects.R&-D", std::to_string(i) + ".many,S=3000:2,Sa", sample_mail(static_cast<std::uint64_t>(i)));
    }
    bob().write(".Projects.R&-D/dovecot-keywords", "0 work\n");
    make_scanned_store();
    at_ = last_change();
  }

  Outcome restore(const std::string& to, std::vector<std::string> environment = {}) const {
    // A preloaded library comes before the sanitizers' own, which they refuse otherwise.
    environment.emplace_back("ASAN_OPTIONS=verify_asan_link_order=0");
    return test::run({program_path(), "restore", "bob@example.com", "--at", at_, "--store", store_, "--to", to},
                     environment);
  }
  static std::string shim() {
    return "LD_PRELOAD=" + (fs::read_symlink("/proc/self/exe").parent_path() / "libyestermail_kill_shim.so").string();
  }
  /// The digests of all that a mail server would take for mail.
  static std::multiset<Digest> mails(const std::string& root) {
    std::multiset<Digest> found;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      const auto parent = entry.path().parent_path().filename();
      if (entry.is_regular_file() && (parent == "cur" || parent == "new")) {
        found.insert(Digest::of(as_bytes(read_text(entry.path()))));
      }
    }
    return found;
  }

  std::string at_;
};

TEST_F(KilledRestore, LeavesWholeMailsAndIsCompletedByTheNextRun) {
  const auto want = mails(mail_ + "/example.com/bob/Maildir");
  const auto count = directory_ / "count";
  ASSERT_EQ(restore(directory_ / "whole", {shim(), "YM_KILL_COUNT=" + count}).status, 0);
  EXPECT_EQ(mails(directory_ / "whole"), want);
  std::uint64_t calls = 0;
  std::ifstream(count) >> calls;
  ASSERT_GT(calls, kPoints);
  std::uint64_t killed = 0;
  for (std::uint64_t point = 0; point < kPoints; ++point) {
    const auto at = 1 + point * calls / kPoints;
    SCOPED_TRACE("killed at call " + std::to_string(at) + " of " + std::to_string(calls));
    const auto to = directory_ / ("to-" + std::to_string(point));
    killed += restore(to, {shim(), "YM_KILL_AT=" + std::to_string(at)}).signal == SIGKILL ? 1U : 0U;
    if (fs::exists(to)) {
      for (const auto& digest : mails(to)) EXPECT_EQ(want.count(digest) > 0, true) << "not a whole mail";
    }
    const auto again = restore(to);
    EXPECT_EQ(again.status, 0) << again.out << again.err;
    EXPECT_EQ(mails(to), want);
    EXPECT_EQ(read_text(to + "/subscriptions"), read_text(directory_ / "whole/subscriptions"));
    EXPECT_TRUE(fs::exists(to + "/.Projects.R&-D/maildirfolder"));
  }
  EXPECT_GT(killed, kPoints * 8 / 10);
}

}  // namespace
}  // namespace yestermail::test
