// SPDX-License-Identifier: GPL-3.0-or-later
// Which watcher is had where the best one is not, and what is said of it.
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "base/error.h"
#include "tests/contract/watcher_rig.h"

namespace yestermail::test {
namespace {

using std::chrono::milliseconds;

/// What `body` says in a process of its own, whose rights can be given up without a way back.
std::string in_a_child(const std::function<std::string()>& body) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    std::string said;
    try {
      said = body();
    } catch (const std::exception& error) {
      said = std::string("thrown: ") + error.what();
    }
    if (::write(ends[1], said.data(), said.size()) < 0) ::_exit(1);
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string said;
  std::array<char, 4096> piece{};
  for (ssize_t size = 0; (size = ::read(ends[0], piece.data(), piece.size())) > 0;)
    said.append(piece.data(), static_cast<std::size_t>(size));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? said : "the child ended with status " + std::to_string(status);
}

/// Empty, or why it could not be done.
std::string keep_only(std::uint64_t capabilities) {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  data[0].effective = data[0].permitted = static_cast<std::uint32_t>(capabilities);
  data[1].effective = data[1].permitted = static_cast<std::uint32_t>(capabilities >> 32U);
  if (::syscall(SYS_capset, &head, data.data()) == 0) return "";
  std::array<__user_cap_data_struct, 2> none{};  // Without rights of its own it has none to keep.
  return ::syscall(SYS_capset, &head, none.data()) == 0 ? "" : "capset failed";
}

/// From now on fanotify_mark() fails with `error` where its mask has `bits`.
std::string refuse_marks(std::uint32_t bits, int error) {
  const auto error_code = static_cast<std::uint32_t>(error);
  const std::array<sock_filter, 6> program{sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                                           sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 3, SYS_fanotify_mark},
                                           sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, args[2])},
                                           sock_filter{BPF_JMP | BPF_JSET | BPF_K, 0, 1, bits},
                                           sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | error_code},
                                           sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
  sock_fprog filter{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
    return "no seccomp here";
  return "";
}

WatcherSettings settings_for(const std::string& root) { return {root, matters_here, milliseconds(20), 0}; }

std::string choice(const WatcherSettings& settings, WatchMethod first = WatchMethod::kFanotify) {
  const auto chosen = choose_watcher(settings, first);
  return std::string(method_name(chosen.watcher->method())) + "|" + chosen.why;
}

std::string choice_with(std::uint64_t capabilities, const std::string& root) {
  const auto trouble = keep_only(capabilities);
  return trouble.empty() ? choice(settings_for(root)) : trouble;
}

TEST(ChooseWatcher, TakesTheBestAndHasNothingToExplain) {
  if (const auto why = why_no_fanotify(); !why.empty()) GTEST_SKIP() << why;
  const TempDirectory root;
  EXPECT_EQ(choice(settings_for(root.path())), "fanotify|");
}

TEST(ChooseWatcher, TakesInotifyWhereFanotifyIsRefused) {
  const TempDirectory root;
  const auto said = in_a_child([&] { return choice_with(0, root.path()); });
  EXPECT_TRUE(said.starts_with("inotify|fanotify: ")) << said;
  EXPECT_NE(said.find("CAP_"), std::string::npos) << said;
}

TEST(ChooseWatcher, SaysWhichRightIsMissing) {
  if (const auto why = why_no_fanotify(); !why.empty()) GTEST_SKIP() << why;
  const TempDirectory root;
  const auto with = [&](std::uint64_t capabilities) {
    return in_a_child([&] { return choice_with(capabilities, root.path()); });
  };
  constexpr std::uint64_t kOne = 1;
  EXPECT_NE(with(kOne << CAP_SYS_ADMIN).find("CAP_DAC_READ_SEARCH is needed"), std::string::npos);
  EXPECT_NE(with(kOne << CAP_DAC_READ_SEARCH).find("CAP_SYS_ADMIN is needed"), std::string::npos);
  EXPECT_EQ(with(kOne << CAP_DAC_READ_SEARCH | kOne << CAP_SYS_ADMIN), "fanotify|");
}

TEST(ChooseWatcher, PollsWhereThereAreTooManyDirectories) {
  const TempDirectory root;
  for (int i = 0; i < 10; ++i) make_maildir(root / std::to_string(i));
  auto settings = settings_for(root.path());
  settings.most_directories = 8;
  const auto said = choice(settings, WatchMethod::kInotify);
  EXPECT_TRUE(said.starts_with("polling|inotify was asked for; inotify: more directories than may be watched")) << said;
  EXPECT_NE(said.find("fs.inotify.max_user_watches"), std::string::npos) << said;
  settings.most_directories = 31;
  EXPECT_EQ(choice(settings, WatchMethod::kInotify), "inotify|inotify was asked for");
}

TEST(ChooseWatcher, DoesWhatItIsTold) {
  const TempDirectory root;
  EXPECT_EQ(choice(settings_for(root.path()), WatchMethod::kPolling), "polling|polling was asked for");
}

TEST(ChooseWatcher, HasNothingForARootThatIsNotThere) {
  const TempDirectory root;
  try {
    choose_watcher(settings_for(root / "missing"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kNotFound) << error.what();
  }
}

TEST(ChooseWatcher, TakesInotifyWhereTheFileSystemCannotBeMarked) {
  if (const auto why = why_no_fanotify(); !why.empty()) GTEST_SKIP() << why;
  const TempDirectory root;
  const auto said = in_a_child([&] {
    const auto trouble = refuse_marks(FAN_CREATE, EOPNOTSUPP);
    return trouble.empty() ? choice(settings_for(root.path())) : trouble;
  });
  if (said == "no seccomp here") GTEST_SKIP() << said;
  EXPECT_TRUE(said.starts_with("inotify|fanotify: ")) << said;
  EXPECT_NE(said.find("this kind of file system"), std::string::npos) << said;
}

TEST(FanotifyWatcher, MakesDoWithRenamesInTwoHalves) {
  if (const auto why = why_no_fanotify(); !why.empty()) GTEST_SKIP() << why;
  const TempDirectory root;
  make_maildir(root / "a");
  const auto said = in_a_child([&]() -> std::string {
    if (auto trouble = refuse_marks(FAN_RENAME, EINVAL); !trouble.empty()) return trouble;
    const auto watcher = make_fanotify_watcher(settings_for(root.path()));
    deliver(root / "a", "1");
    Hints hints;
    watcher->wait(milliseconds(0), hints.sink());
    rename_path(root / "a/new/1", root / "a/cur/1:2,");
    rename_path(root / "a", root / "b");
    deliver(root / "b", "2");
    watcher->wait(milliseconds(0), hints.sink());
    for (const char* name : {"a/new/1", "a/cur/1:2,", "b/new/2"})
      if (!hints.cover(root / name)) return name + hints.text();
    return hints.cover(root / "b/cur/1:2,") ? "all" : hints.text();
  });
  if (said == "no seccomp here") GTEST_SKIP() << said;
  EXPECT_EQ(said, "all");
}

}  // namespace
}  // namespace yestermail::test
