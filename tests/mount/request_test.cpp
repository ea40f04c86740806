// SPDX-License-Identifier: GPL-3.0-or-later
#include <dirent.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <set>

#include "base/c_ptr.h"
#include "base/instant_text.h"
#include "tests/mount/mounted_store.h"
#include "tests/support/people.h"
#include "tests/support/process.h"

namespace yestermail::test {
namespace {

constexpr int kListedAccounts = 20;

std::string account_name(int number) { return "user" + std::to_string(number) + "@example.com"; }

/// Names and inodes, as the listing alone tells them.
std::map<std::string, ino_t> accounts_in(const std::string& path) {
  std::map<std::string, ino_t> found;
  const CPtr<DIR, closedir> directory(::opendir(path.c_str()));
  EXPECT_TRUE(directory) << path;
  while (const auto* const entry = directory ? ::readdir(directory.get()) : nullptr) {
    const std::string name(entry->d_name);
    if (name.starts_with('.') || name == "@server") continue;
    EXPECT_EQ(entry->d_type, DT_DIR) << name;
    found.emplace(name, entry->d_ino);
  }
  return found;
}

std::set<std::string> names_of(const std::map<std::string, ino_t>& accounts) {
  std::set<std::string> names;
  for (const auto& [name, inode] : accounts) names.insert(name);
  return names;
}

/// Catalogs of accounts that this process, which serves the mount, has open.
int open_catalogs() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code closed;
    const auto path = std::filesystem::read_symlink(entry.path(), closed).string();
    if (path.find("/accounts/") != std::string::npos && path.ends_with("/catalog.db")) ++count;
  }
  return count;
}

TEST_F(MountTest, AFileIsOneInodeAtAllInstantsAndIsReadOnce) {
  make_account(kAlice, 1);
  const auto first = instant_text(recorder_->view().last_instant());
  const auto second = instant_text(record(kAlice, {move_entry(kAlice, "cur/0:2,S", "cur/0:2,RS")}));
  mount();
  const auto a = at("maildir/at/" + first + "/" + kAlice + "/cur/0:2,S");
  const auto b = at("maildir/at/" + second + "/" + kAlice + "/cur/0:2,RS");
  EXPECT_EQ(status_of(a).st_ino, status_of(b).st_ino);
  EXPECT_GT(status_of(a).st_nlink, 1U);
  EXPECT_NE(status_of(std::filesystem::path(a).parent_path()).st_ino,
            status_of(std::filesystem::path(b).parent_path()).st_ino);
  EXPECT_EQ(content(a), "mail 0");
  const auto reads = requests("read");
  EXPECT_EQ(content(b), "mail 0");
  EXPECT_EQ(requests("read"), reads + 1) << "only .status itself";
}

TEST_F(MountTest, AListingOfAFixedInstantStaysInTheKernel) {
  make_account(kAlice, 300);
  mount();
  const auto cur = "/" + kAlice + "/cur";
  const auto fixed = at("maildir/at/" + instant_text(recorder_->view().last_instant()) + cur);
  EXPECT_EQ(names_in(fixed).size(), 300U);
  const auto asked = requests("readdir") + requests("readdirplus");
  EXPECT_EQ(names_in(fixed).size(), 300U);
  EXPECT_EQ(requests("readdir") + requests("readdirplus"), asked);
  EXPECT_EQ(names_in(at("maildir/latest" + cur)).size(), 300U);
  EXPECT_GT(requests("readdir") + requests("readdirplus"), asked);
}

TEST_F(MountTest, AttributesCostNoRequestForEachFile) {
  make_account(kAlice, 50);
  mount();
  const auto cur = at("maildir/latest/" + kAlice + "/cur");
  char value[16];
  for (const auto& name : names_in(cur)) {
    EXPECT_EQ(::getxattr((cur + "/" + name).c_str(), "user.x", value, sizeof value), -1);
    EXPECT_EQ(errno, EOPNOTSUPP);
  }
  EXPECT_LT(requests("lookup"), 60);
}

TEST_F(MountTest, AWalkWithAttributesLooksNoFileUp) {
  make_account(kAlice, 300);
  mount();
  for (const auto* view : {"maildir/at/", "at/"}) {
    const auto account = at(view + instant_text(recorder_->view().last_instant()) + "/" + kAlice);
    const auto before = requests("lookup") + requests("getattr");
    EXPECT_EQ(run({"ls", "-lR", account}).status, 0);
    EXPECT_LT(requests("lookup") + requests("getattr") - before, 30) << view;
  }
}

class AccountListing : public MountTest {
 protected:
  void SetUp() override {
    MountTest::SetUp();
    if (IsSkipped()) return;
    for (int i = 0; i < kListedAccounts; ++i) {
      make_account(account_name(i), 2);
      wanted_.insert(account_name(i));
    }
    first_ = recorder_->view().last_instant();
    clock_.advance_seconds(3600);
    view_ = open_view(world(), store_path());
    mount(*view_);
  }

  void TearDown() override { mount_.reset(); }  // Before its view.

  [[nodiscard]] std::string at_instant(std::int64_t seconds) const {
    return at("maildir/at/" + instant_text(Instant{first_.value + seconds * kMicrosPerSecond}));
  }

  /// How many lookups it takes to ask for the attributes of every account in a directory that was just listed.
  int lookups_of_all(const std::string& directory) {
    const auto listed = accounts_in(directory);
    EXPECT_EQ(names_of(listed), wanted_);
    const auto before = requests("lookup");
    for (const auto& [name, inode] : listed) {
      const auto found = status_of(directory + "/" + name);
      EXPECT_TRUE(S_ISDIR(found.st_mode));
      EXPECT_EQ(found.st_ino, inode) << name;
    }
    return requests("lookup") - before;
  }

  std::set<std::string> wanted_;
  Instant first_;
  std::unique_ptr<View> view_;
};

TEST_F(AccountListing, OpensNoneOfThem) {
  const auto before = open_catalogs();
  for (const auto* place : {"latest", "maildir/latest", "history", "deleted"}) {
    EXPECT_EQ(names_of(accounts_in(at(place))), wanted_) << place;
  }
  EXPECT_EQ(open_catalogs(), before);
}

TEST_F(AccountListing, TellsOfThoseThatAreOpenAll) {
  EXPECT_GE(lookups_of_all(at_instant(0)), kListedAccounts);
  EXPECT_LT(lookups_of_all(at_instant(1)), kListedAccounts / 2) << "their catalogs are open now";
}

}  // namespace
}  // namespace yestermail::test
