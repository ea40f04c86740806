// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "base/instant_text.h"
#include "tests/mount/mounted_store.h"
#include "tests/support/people.h"
#include "tests/support/process.h"

namespace yestermail::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::multiset<std::string> contents_below(const std::string& path) {
  std::multiset<std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) all.insert(content(entry.path()));
  }
  return all;
}

std::string day(Instant at) { return instant_text(at).substr(0, 10); }

/// A mount whose deleted/, history/ and changes/ are used as people do.
class OverTimeMount : public MountTest {
 protected:
  /// Mails of many sizes in two folders, and the same with all of them deleted.
  std::multiset<std::string> delete_many(int count) {
    std::multiset<std::string> bytes;
    make_account(kAlice, 0);
    std::vector<Edit> edits{put_directory(kAlice, ".Work"), put_directory(kAlice, ".Work/cur")};
    std::vector<Edit> removals;
    for (int i = 0; i < count; ++i) {
      const auto path = (i % 3 == 0 ? ".Work/cur/" : "cur/") + std::to_string(i) + ":2,S";
      std::string mail = "Subject: mail " + std::to_string(i) + "\n\n";
      mail.append(static_cast<std::size_t>(i) * 37 % 9000, static_cast<char>('a' + i % 26));
      edits.push_back(put_mail(kAlice, path, mail));
      bytes.insert(mail);
      removals.push_back(remove_entry(kAlice, path));
    }
    record(kAlice, edits);
    before_ = recorder_->view().last_instant();
    after_ = record(kAlice, removals);
    return bytes;
  }

  Instant before_;
  Instant after_;
};

TEST_F(OverTimeMount, AMassDeletionIsUndoneByOneCopy) {
  const auto bytes = delete_many(1200);
  mount();
  const auto range = at("changes/" + instant_text(before_) + ".." + instant_text(after_) + "/" + kAlice);
  const auto to = directory_ / "restored";
  const auto copied = run({"cp", "-r", range + "/removed", to});
  ASSERT_EQ(copied.status, 0) << copied.err;
  EXPECT_EQ(contents_below(to), bytes);
  EXPECT_EQ(names_in(to + "/Work").size(), 400U);
  EXPECT_EQ(names_in(to + "/INBOX"), names_in(at("at/" + instant_text(before_) + "/" + kAlice + "/INBOX")));
}

TEST_F(OverTimeMount, DeletedMailsAreCopiedFromTheirDay) {
  const auto bytes = delete_many(300);
  mount();
  EXPECT_THAT(names_in(at("deleted/" + kAlice)), ElementsAre(day(after_)));
  const auto to = directory_ / "restored";
  ASSERT_EQ(run({"cp", "-a", at("deleted/" + kAlice + "/" + day(after_)), to}).status, 0);
  EXPECT_EQ(contents_below(to), bytes);
}

TEST_F(OverTimeMount, HistoryIsReadWhileItGrows) {
  make_account(kAlice, 1);
  mount();
  const auto inbox = at("history/" + kAlice + "/INBOX");
  const auto items = names_in(inbox);
  ASSERT_THAT(items, SizeIs(1));
  const auto item = inbox + "/" + *items.begin();
  EXPECT_THAT(names_in(item), SizeIs(1));
  EXPECT_THAT(names_in(at("deleted/" + kAlice)), SizeIs(0));
  record(kAlice, {move_entry(kAlice, "cur/0:2,S", "cur/0:2,FS")});
  const auto gone = record(kAlice, {remove_entry(kAlice, "cur/0:2,FS")});
  const auto deleted = at("deleted/" + kAlice + "/" + day(gone));
  const auto shown = [&] { return names_in(item).size() == 3 && std::filesystem::exists(deleted); };
  for (int i = 0; i < 5000 && !shown(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_THAT(names_in(item), ElementsAre(testing::EndsWith(" arrived.eml"), testing::EndsWith(" flagged.eml"),
                                          testing::EndsWith(" deleted.eml")));
  for (const auto& state : names_in(item)) EXPECT_EQ(content(item + "/" + state), "mail 0");
  EXPECT_EQ(contents_below(deleted), (std::multiset<std::string>{"mail 0"}));
}

TEST_F(OverTimeMount, RefusesChangesAndStaysUsableAfterCachesAreDropped) {
  delete_many(50);
  mount();
  const auto inbox = at("deleted/" + kAlice + "/" + day(after_) + "/INBOX");
  const auto file = inbox + "/" + *names_in(inbox).begin();
  EXPECT_NE(run({"rm", "-f", file}).status, 0);
  EXPECT_NE(run({"touch", inbox + "/x"}).status, 0);
  if (::geteuid() == 0) std::ofstream("/proc/sys/vm/drop_caches") << "2";
  EXPECT_THAT(names_in(inbox), SizeIs(33));
  EXPECT_FALSE(content(file).empty());
}

}  // namespace
}  // namespace yestermail::test
