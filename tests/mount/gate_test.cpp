// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/gate.h"

#include <dirent.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "base/instant_text.h"
#include "tests/mount/mounted_store.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/process.h"

namespace yestermail::test {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

constexpr auto kGatedAccounts = static_cast<int>(for_this_build(5, 20));
constexpr std::uint32_t kFirstUser = 20001;  // Users without an entry in the system's list will do.
constexpr std::uint32_t kStranger = 20999;

std::string name_of(int account) { return "user" + std::to_string(account) + "@example.com"; }
std::uint32_t owner_of(int account) { return kFirstUser + static_cast<std::uint32_t>(account); }

/// What `look` tells when this user does it: on a thread of its own, whose rights alone go (the kernel knows rights for
/// each thread, and the call of the kernel itself, unlike the C library's, leaves the others theirs).
std::vector<std::string> as_user(std::uint32_t user, const std::function<std::vector<std::string>()>& look) {
  std::vector<std::string> seen;
  std::thread([&] {
    if (::syscall(SYS_setgroups, 0, nullptr) != 0 || ::syscall(SYS_setresgid, user, user, user) != 0 ||
        ::syscall(SYS_setresuid, user, user, user) != 0) {
      seen = {"cannot become this user"};
      return;
    }
    seen = look();
  }).join();
  return seen;
}

std::set<std::string> names_shown(const std::string& path) {
  std::set<std::string> names;
  DIR* const directory = ::opendir(path.c_str());
  if (directory == nullptr) return names;
  while (const auto* entry = ::readdir(directory)) names.insert(static_cast<const char*>(entry->d_name));
  ::closedir(directory);
  return names;
}

class GateTest : public MountTest {
 protected:
  void SetUp() override {
    MountTest::SetUp();
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be several users";
    std::filesystem::permissions(directory_ / "", std::filesystem::perms(0755));
    for (int i = 0; i < kGatedAccounts; ++i) make_owned_account(i);
    before_ = instant_text(recorder_->view().last_instant());
    for (int i = 0; i < kGatedAccounts; ++i) record(name_of(i), {remove_entry(name_of(i), "cur/1:2,S")});
    now_ = instant_text(recorder_->view().last_instant());
  }

  static Edit owned(Edit edit, std::uint32_t user) {
    edit.entry.uid = user;
    edit.entry.gid = user;
    return edit;
  }

  void make_owned_account(int account) {
    const auto name = name_of(account);
    record({StoreStep::Kind::kAddAccount, name});
    std::vector<Edit> edits;
    for (const auto* path : {"", "cur", "new", "tmp"}) {
      edits.push_back(owned(put_directory(name, path), owner_of(account)));
    }
    for (int i = 0; i < 2; ++i) {
      edits.push_back(owned(put_mail(name, "cur/" + std::to_string(i) + ":2,S", "mail of " + name), owner_of(account)));
    }
    record(name, edits);
  }

  /// Where accounts stand.
  [[nodiscard]] std::vector<std::string> places() const {
    std::vector<std::string> all;
    for (const auto& place :
         {std::string("latest"), "at/" + before_, std::string("maildir/latest"), "maildir/at/" + before_,
          std::string("deleted"), std::string("history"), "changes/" + before_ + ".." + now_}) {
      all.push_back(at(place));
    }
    return all;
  }

  using Listings = std::map<std::string, std::set<std::string>>;
  [[nodiscard]] Listings list_places() const {
    Listings all;
    for (const auto& place : places()) all[place] = names_shown(place);
    return all;
  }

  [[nodiscard]] std::vector<std::string> look_at(int account) const { return look_at(account, list_places()); }

  /// Everything that a look at an account tells, by whatever call; nothing where there is nothing.
  [[nodiscard]] std::vector<std::string> look_at(int account, const Listings& listed) const {
    std::vector<std::string> seen;
    const auto tell = [&](bool seen_it, const std::string& what) {
      if (seen_it) seen.push_back(what);
    };
    for (const auto& place : places()) {
      const auto path = place + "/" + name_of(account);
      tell(listed.at(place).count(name_of(account)) == 1, "listed in " + place);
      struct stat status {};
      tell(::lstat(path.c_str(), &status) == 0, "lstat " + path);
      tell(::access(path.c_str(), F_OK) == 0 || errno != ENOENT, "access " + path);
      const Fd held(::open(place.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
      tell(::fstatat(held.get(), name_of(account).c_str(), &status, 0) == 0, "fstatat " + path);
      tell(Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)).valid() || errno != ENOENT, "open " + path);
      tell(Fd(::open(path.c_str(), O_PATH | O_CLOEXEC)).valid(), "open for its path " + path);
      tell(!names_shown(path).empty(), "listed " + path);
    }
    for (const auto* file : {"/cur/0:2,S", "/cur"}) {
      const auto path = at("maildir/latest/" + name_of(account) + file);
      struct stat status {};
      tell(::lstat(path.c_str(), &status) == 0 || errno != ENOENT, "lstat " + path);
      tell(Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)).valid(), "open " + path);
    }
    return seen;
  }

  /// All that root can see, so that the kernel knows it.
  void warm() {
    for (const auto& place : places()) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(place)) {
        static_cast<void>(entry.is_regular_file());
      }
    }
  }

  void expect_own_account_only(std::uint32_t user, const std::string& when) {
    std::vector<std::vector<std::string>> all;
    const auto failure = as_user(user, [&]() -> std::vector<std::string> {
      const auto listed = list_places();  // Once: each lists all accounts.
      for (int i = 0; i < kGatedAccounts; ++i) all.push_back(look_at(i, listed));
      return {};
    });
    ASSERT_THAT(failure, IsEmpty());
    for (int i = 0; i < kGatedAccounts; ++i) {
      const auto& seen = all[static_cast<std::size_t>(i)];
      if (owner_of(i) == user) {
        EXPECT_EQ(seen.size(), places().size() * 7 + 4) << when << ", user " << user << ", " << name_of(i);
      } else {
        EXPECT_THAT(seen, IsEmpty()) << when << ", user " << user << ", " << name_of(i);
      }
    }
  }

  std::string before_;
  std::string now_;
};

TEST_F(GateTest, NobodySeesWhatIsAnothers) {
  mount({"allow_other"});
  for (const auto* when : {"cold", "warm"}) {
    for (const auto user : {owner_of(0), owner_of(1), owner_of(4), kStranger}) expect_own_account_only(user, when);
    warm();
  }
  const auto listed = list_places();
  for (int i = 0; i < kGatedAccounts; ++i) {
    EXPECT_EQ(look_at(i, listed).size(), places().size() * 7 + 4) << "root sees all, " << name_of(i);
  }
}

TEST_F(GateTest, AChangeOfOwnerCountsAtOnceForAllTimes) {
  mount({"allow_other"});
  warm();
  expect_own_account_only(owner_of(0), "before");
  std::vector<Edit> edits;
  for (const auto* path : {"", "cur", "new", "tmp"}) edits.push_back(owned(put_directory(name_of(0), path), kStranger));
  record(name_of(0), edits);
  EXPECT_THAT(as_user(owner_of(0), [&] { return look_at(0); }), IsEmpty());
  const auto names = as_user(kStranger, [&] {
    const auto all = names_shown(at("latest"));
    return std::vector<std::string>(all.begin(), all.end());
  });
  EXPECT_THAT(names, Contains(name_of(0)));
  EXPECT_THAT(names, Not(Contains(name_of(1))));
}

TEST_F(GateTest, WhatTellsOfAllIsForTheOneWhoMounts) {
  mount({"allow_other"});
  warm();
  const auto seen = as_user(owner_of(0), [&] {
    const auto root = names_shown(at(""));
    const auto latest = names_shown(at("latest"));
    std::vector<std::string> all(root.begin(), root.end());
    all.insert(all.end(), latest.begin(), latest.end());
    struct stat status {};
    if (::lstat(at(".status").c_str(), &status) == 0) all.emplace_back("status of .status");
    if (::lstat(at("latest/@server/accounts").c_str(), &status) == 0) all.emplace_back("status of @server");
    return all;
  });
  EXPECT_THAT(seen, Contains("README.txt"));
  EXPECT_THAT(seen, Contains(name_of(0)));
  for (const auto* hidden : {".status", "@server", "status of .status", "status of @server"}) {
    EXPECT_THAT(seen, Not(Contains(hidden)));
  }
  EXPECT_THAT(names_shown(at("")), Contains(".status"));
  EXPECT_THAT(names_shown(at("latest")), Contains("@server"));
}

TEST_F(GateTest, AnOpenFileOfAnotherCannotBeReachedByOtherWays) {
  mount({"allow_other"});
  const Fd file(::open(at("maildir/latest/" + name_of(1) + "/cur/0:2,S").c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(file.valid());
  const auto user = std::to_string(owner_of(0));
  const auto outcome = run({"setpriv", "--reuid", user, "--regid", user, "--clear-groups", "cat",
                            "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file.get())});
  EXPECT_NE(outcome.status, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, testing::HasSubstr("Permission denied"));
}

}  // namespace
}  // namespace yestermail::test
