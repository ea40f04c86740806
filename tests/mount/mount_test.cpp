// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/mount.h"

#include <dirent.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <new>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/instant_text.h"
#include "fs/mount_info.h"
#include "fs/mountpoint.h"
#include "fs/node.h"
#include "tests/fs/damage.h"
#include "tests/mount/mounted_store.h"
#include "tests/support/people.h"
#include "tests/support/process.h"
#include "tests/support/tree_compare.h"

namespace yestermail::test {
namespace {

using testing::ElementsAre;

TEST_F(MountTest, CpRestoresWhatWasRecorded) {
  ShownStore shown;
  std::map<Instant, ShownStore> rounds;
  for (const auto& script : {bulk_script(), live_script()}) {
    for (const auto& step : script) {
      shown = after(shown, step);
      rounds[record(step)] = shown;
    }
  }
  mount();
  int copied = 0;
  for (const auto& [instant, accounts] : rounds) {
    for (const auto& [name, entries] : accounts) {
      const auto from = at("maildir/at/" + instant_text(instant) + "/" + name);
      const auto tree = read_tree(from);
      ASSERT_EQ(tree.size(), entries.size() - entries.count("")) << from;
      for (const auto& [path, want] : entries) {
        if (path.empty()) continue;
        ASSERT_EQ(tree.count(path), 1U) << from << " " << path;
        const auto& found = tree.at(path);
        EXPECT_EQ(found.type, want.kind == EntryKind::kDirectory ? 'd' : '-');
        EXPECT_EQ(found.mtime_ns, want.mtime_ns);
        EXPECT_EQ(found.mode, want.mode);
        EXPECT_EQ(found.uid, want.uid);
        EXPECT_EQ(found.gid, want.gid);
        if (want.kind == EntryKind::kDirectory) continue;
        EXPECT_EQ(found.digest, Digest::of(as_bytes(want.bytes)));
      }
      if (++copied % 5 != 0) continue;
      const auto to = directory_ / ("copy" + std::to_string(copied));
      ASSERT_EQ(run({"cp", "-a", from, to}).status, 0);
      TreeRules rules;
      rules.owners = ::geteuid() == 0;
      EXPECT_THAT(compare_trees(from, to, rules), ElementsAre());
    }
  }
  EXPECT_GT(copied, 20);
}

TEST_F(MountTest, EveryChangeIsRefusedAsReadOnly) {
  make_account(kAlice, 2);
  const auto before = instant_text(recorder_->view().last_instant());
  const auto deleted = instant_text(record(kAlice, {remove_entry(kAlice, "cur/1:2,S")}));
  mount();
  for (const auto& root : {at("maildir/latest/" + kAlice), at("latest/" + kAlice + "/INBOX"),
                           at("deleted/" + kAlice + "/" + deleted.substr(0, 10) + "/INBOX"),
                           at("changes/" + before + ".." + deleted + "/" + kAlice + "/removed/INBOX")}) {
    const auto directory = root.ends_with("INBOX") ? root : root + "/cur";
    const auto file = directory + "/" + *names_in(directory).begin();
    const auto fresh = directory + "/fresh";
    const std::vector<std::pair<const char*, std::function<int()>>> calls{
        {"open for writing", [&] { return ::open(file.c_str(), O_WRONLY | O_CLOEXEC); }},
        {"open and cut", [&] { return ::open(file.c_str(), O_RDWR | O_TRUNC | O_CLOEXEC); }},
        {"open to append", [&] { return ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC); }},
        {"create", [&] { return ::open(fresh.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600); }},
        {"unnamed file", [&] { return ::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600); }},
        {"truncate", [&] { return ::truncate(file.c_str(), 0); }},
        {"mkdir", [&] { return ::mkdir(fresh.c_str(), 0700); }},
        {"mknod", [&] { return ::mkfifo(fresh.c_str(), 0600); }},
        {"unlink", [&] { return ::unlink(file.c_str()); }},
        {"rmdir", [&] { return ::rmdir(directory.c_str()); }},
        {"rename", [&] { return ::rename(file.c_str(), fresh.c_str()); }},
        {"exchange", [&] { return ::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, file.c_str(), RENAME_EXCHANGE); }},
        {"rename of a directory", [&] { return ::rename(directory.c_str(), fresh.c_str()); }},
        {"link", [&] { return ::link(file.c_str(), fresh.c_str()); }},
        {"symlink", [&] { return ::symlink("x", fresh.c_str()); }},
        {"chmod", [&] { return ::chmod(file.c_str(), 0777); }},
        {"chown", [&] { return ::chown(file.c_str(), 0, 0); }},
        {"chmod of a directory", [&] { return ::chmod(directory.c_str(), 0777); }},
        {"utimes", [&] { return ::utimensat(AT_FDCWD, file.c_str(), nullptr, 0); }},
        {"setxattr", [&] { return ::setxattr(file.c_str(), "user.a", "b", 1, 0); }},
        {"removexattr", [&] { return ::removexattr(file.c_str(), "user.a"); }},
    };
    for (const auto& [what, call] : calls) {
      errno = 0;
      EXPECT_EQ(call(), -1) << what;
      EXPECT_EQ(errno, EROFS) << what << " " << file;
    }
  }
}

TEST_F(MountTest, ANewMailIsInLatestAtOnce) {
  make_account(kAlice, 1);
  mount();
  const auto cur = at("maildir/latest/" + kAlice + "/new");
  EXPECT_THAT(names_in(cur), ElementsAre());
  EXPECT_FALSE(std::filesystem::exists(cur + "/fresh"));
  record(kAlice, {put_mail(kAlice, "new/fresh", "hello")});
  EXPECT_EQ(content(cur + "/fresh"), "hello") << "that it was not there must not be remembered";
  EXPECT_THAT(names_in(cur), ElementsAre("fresh"));
  EXPECT_EQ(names_in(at("latest/" + kAlice + "/INBOX")).size(), 2U);
}

TEST_F(MountTest, LatestShowsAChangeWithinATenthOfASecond) {
  static_assert(kLiveSeconds <= 0.05, "names and attributes, one after the other");
  make_account(kAlice, 50);
  const auto before = instant_text(recorder_->view().last_instant());
  // As another process sees the store.
  const auto view = open_view(world(), store_path());
  mount(*view);
  const auto cur = "/" + kAlice + "/cur";
  const auto fixed = at("maildir/at/" + before + cur);
  EXPECT_EQ(names_in(fixed).size(), 50U);
  // The kernel knows all of it, and what is not there.
  for (const auto* top : {"latest", "maildir/latest"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(at(top))) status_of(entry.path());
  }
  const auto old_name = at("maildir/latest" + cur + "/7:2,S");
  const auto new_name = at("maildir/latest" + cur + "/7:2,FS");
  const auto fresh = at("maildir/latest/" + kAlice + "/new/fresh");
  EXPECT_FALSE(std::filesystem::exists(new_name) || std::filesystem::exists(fresh));
  const auto inbox = names_in(at("latest/" + kAlice + "/INBOX"));

  record(kAlice, {move_entry(kAlice, "cur/7:2,S", "cur/7:2,FS"), put_mail(kAlice, "new/fresh", "hello"),
                  remove_entry(kAlice, "cur/9:2,S")});
  const auto acknowledged = std::chrono::steady_clock::now();
  const auto since = [&] { return std::chrono::steady_clock::now() - acknowledged; };
  const auto shown = [&] {
    return !std::filesystem::exists(old_name) && std::filesystem::exists(new_name) && std::filesystem::exists(fresh) &&
           !std::filesystem::exists(at("maildir/latest" + cur + "/9:2,S")) &&
           names_in(at("maildir/latest" + cur)).count("7:2,FS") == 1 &&
           names_in(at("latest/" + kAlice + "/INBOX")) != inbox;
  };
  while (!shown() && since() < std::chrono::seconds(5)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::cout << "all of it was shown after " << std::chrono::duration_cast<std::chrono::microseconds>(since()).count()
            << " us\n";
  EXPECT_TRUE(shown());
  EXPECT_EQ(content(fresh), "hello");
  const auto asked = requests("readdir") + requests("readdirplus");
  EXPECT_EQ(names_in(fixed).size(), 50U);
  EXPECT_EQ(requests("readdir") + requests("readdirplus"), asked) << "a fixed instant is not read again";
}

TEST_F(MountTest, AnInstantStaysAsItWas) {
  make_account(kAlice, 3);
  const auto before = instant_text(recorder_->view().last_instant());
  mount();
  record(kAlice, {remove_entry(kAlice, "cur/1:2,S"), move_entry(kAlice, "cur/2:2,S", "cur/2:2,RS")});
  const auto names = names_in(at("maildir/at/" + before + "/" + kAlice + "/cur"));
  EXPECT_THAT(names, ElementsAre("0:2,S", "1:2,S", "2:2,S"));
  EXPECT_EQ(content(at("maildir/at/" + before + "/" + kAlice + "/cur/1:2,S")), "mail 1");
  EXPECT_THAT(names_in(at("maildir/latest/" + kAlice + "/cur")), ElementsAre("0:2,S", "2:2,RS"));
}

TEST_F(MountTest, NamesAreBytesAsTheyWere) {
  record({StoreStep::Kind::kAddAccount, kAlice});
  const std::set<std::string> want{
      "line\nbreak:2,S", "esc\x1b[2J", "invalid\xff\xfe", std::string(255, 'n'), "-rf", "~",
      "$(id)",           "a:2,:2,ZZ",  "no flags",        "back\\slash"};
  std::vector<Edit> edits{put_directory(kAlice, ""), put_directory(kAlice, "cur")};
  for (const auto& name : want) edits.push_back(put_mail(kAlice, "cur/" + name, "x" + name));
  record(kAlice, edits);
  mount();
  const auto cur = at("maildir/latest/" + kAlice + "/cur");
  EXPECT_EQ(names_in(cur), want);
  for (const auto& name : want) EXPECT_EQ(content(cur + "/" + name), "x" + name);
  EXPECT_EQ(names_in(at("latest/" + kAlice + "/INBOX")).size(), want.size());
}

TEST_F(MountTest, TakesAnySeekInADirectory) {
  make_account(kAlice, 1500);  // More than one answer holds.
  mount();
  const auto path = at("maildir/latest/" + kAlice + "/cur");
  auto* const directory = ::opendir(path.c_str());
  ASSERT_NE(directory, nullptr);
  std::vector<std::pair<long, std::string>> seen;
  for (auto* entry = ::readdir(directory); entry != nullptr; entry = ::readdir(directory)) {
    seen.emplace_back(::telldir(directory), entry->d_name);
  }
  ASSERT_EQ(seen.size(), 1502U);
  for (std::size_t i = 0; i + 1 < seen.size(); i += 97) {
    ::seekdir(directory, seen[i].first);
    const auto* const next = ::readdir(directory);
    ASSERT_NE(next, nullptr);
    EXPECT_EQ(next->d_name, seen[i + 1].second);
  }
  for (const long offset : {1L, 12345L, 1L << 60, (1L << 61) + 7, (1L << 62), -1L, 0x7fffffffffffffffL}) {
    ::seekdir(directory, offset);
    int count = 0;
    while (::readdir(directory) != nullptr) ASSERT_LE(++count, 3000);
  }
  record(kAlice, {remove_entry(kAlice, "cur/5:2,S")});
  ::rewinddir(directory);
  int count = 0;
  while (::readdir(directory) != nullptr) ++count;
  EXPECT_EQ(count, 1501) << "rewinding sees what changed";
  ::closedir(directory);
}

TEST_F(MountTest, IsAlwaysReadOnlyAndWithoutProgramsOrDevices) {
  mount();
  const auto info = find_mount(mountpoint_path(mount_->path()));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->type, "fuse.yestermail");
  std::ifstream mounts("/proc/self/mounts");
  std::string found;
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(mount_->path() + " ") != std::string::npos) found = line;
  }
  for (const auto* option : {"ro,", "nosuid", "nodev", "noexec", "noatime", "default_permissions"}) {
    EXPECT_NE(found.find(option), std::string::npos) << option << " in " << found;
  }
}

TEST_F(MountTest, ADamagedItemIsAnErrorAndTheOthersAreThere) {
  make_account(kAlice, 0);
  const auto mails = take_in_mails(*recorder_, kAlice);
  recorder_.reset();
  damage_packs(store_path());
  recorder_ = open_recorder(world(), store_path());
  mount();
  int failed = 0;
  for (const auto& [name, want] : mails) {
    const auto path = at("maildir/latest/" + kAlice + "/cur/" + name);
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_GE(fd, 0);
    std::string bytes(want.size() + 100, 0);
    const auto got = ::read(fd, bytes.data(), bytes.size());
    const int error_number = errno;
    ::close(fd);
    EXPECT_EQ(log_.mentions("item cur/" + name + ":"), got < 0) << name;
    if (got < 0) {
      EXPECT_EQ(error_number, EIO);
      ++failed;
    } else {
      EXPECT_EQ(bytes.substr(0, static_cast<std::size_t>(got)), want);
    }
  }
  EXPECT_GT(failed, 0);
  EXPECT_LT(failed, static_cast<int>(mails.size()));
  EXPECT_GE(requests("failed"), failed);
}

TEST_F(MountTest, AnotherUserIsRefusedEvenWhatIsCached) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be another user";
  make_account(kAlice, 1);
  mount({"allow_other"});
  std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
  const auto inbox = at("latest/" + kAlice + "/INBOX");
  const auto mail = inbox + "/" + *names_in(inbox).begin();
  const auto exact = at("maildir/latest/" + kAlice + "/cur/0:2,S");
  EXPECT_EQ(content(mail), "mail 0");
  EXPECT_EQ(content(exact), "mail 0");
  const auto as_user = [&](uid_t uid, const std::string& path) {
    const auto child = ::fork();
    if (child == 0) {
      if (::setgid(uid) != 0 || ::setuid(uid) != 0) ::_exit(200);
      const int fd = ::open(path.c_str(), O_RDONLY);
      ::_exit(fd >= 0 ? 0 : errno);
    }
    int result = 0;
    ::waitpid(child, &result, 0);
    return WEXITSTATUS(result);
  };
  EXPECT_EQ(as_user(65534, mail), ENOENT);  // Not even that it is there.
  EXPECT_EQ(as_user(65534, exact), ENOENT);
  EXPECT_EQ(as_user(65534, at("latest/@server/accounts")), ENOENT);
  EXPECT_EQ(as_user(1000, mail), 0) << "the owner as recorded";
  EXPECT_EQ(as_user(1000, exact), 0);
}

TEST_F(MountTest, WhereItIsClosedTheModesRefuseTheOwnerAndRootWritesNothingEither) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be another user";
  make_account(kAlice, 1);
  mount({"allow_other,closed"});
  std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
  const auto cur = at("maildir/latest/" + kAlice + "/cur");
  const auto mail = cur + "/0:2,S";
  EXPECT_EQ(status_of(cur).st_mode & 0777U, 0500U);
  EXPECT_EQ(status_of(mail).st_mode & 0777U, 0400U);
  std::ofstream("/proc/sys/vm/drop_caches") << "2";
  EXPECT_EQ(status_of(mail).st_mode & 0777U, 0400U) << "asked for by its id";
  const auto child = ::fork();
  if (child == 0) {
    if (::setgid(1000) != 0 || ::setuid(1000) != 0) ::_exit(200);
    const auto refused = [](int result) { return result == -1 && errno == EACCES; };
    const bool all = refused(::access(cur.c_str(), W_OK)) && refused(::rename(mail.c_str(), (cur + "/x").c_str())) &&
                     refused(::unlink(mail.c_str())) && refused(::open(mail.c_str(), O_RDWR)) &&
                     refused(::open((cur + "/new").c_str(), O_CREAT | O_WRONLY, 0600)) &&
                     ::open(mail.c_str(), O_RDONLY) >= 0;
    ::_exit(all ? 0 : 1);
  }
  int result = 0;
  ::waitpid(child, &result, 0);
  EXPECT_EQ(WEXITSTATUS(result), 0);
  EXPECT_EQ(::rename(mail.c_str(), (cur + "/x").c_str()), -1);
  EXPECT_EQ(errno, EROFS);
  EXPECT_EQ(::truncate(mail.c_str(), 0), -1);
  EXPECT_EQ(errno, EROFS);
  EXPECT_EQ(content(mail), "mail 0");
}

TEST_F(MountTest, HandlesOutliveTheKernelsCache) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to open by handle";
  make_account(kAlice, 1);
  const auto instant = instant_text(recorder_->view().last_instant());
  mount();
  for (const auto& path : {at("maildir/at/" + instant + "/" + kAlice + "/cur/0:2,S"), at("latest/" + kAlice + "/INBOX"),
                           at("maildir/latest/" + kAlice)}) {
    alignas(file_handle) std::array<std::byte, sizeof(file_handle) + MAX_HANDLE_SZ> bytes{};
    auto* const handle = new (bytes.data()) file_handle;
    handle->handle_bytes = MAX_HANDLE_SZ;
    int id = 0;
    ASSERT_EQ(::name_to_handle_at(AT_FDCWD, path.c_str(), handle, &id, 0), 0) << path;
    const auto inode = status_of(path).st_ino;
    const int root = ::open(mount_->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::ofstream("/proc/sys/vm/drop_caches") << "2";
    const int fd = ::open_by_handle_at(root, handle, O_RDONLY | O_CLOEXEC);
    EXPECT_GE(fd, 0) << path;
    struct stat found {};
    EXPECT_EQ(::fstat(fd, &found), 0);
    EXPECT_EQ(found.st_ino, inode);
    ::close(fd);
    ::close(root);
  }
}

}  // namespace
}  // namespace yestermail::test
