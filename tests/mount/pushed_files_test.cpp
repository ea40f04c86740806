// SPDX-License-Identifier: GPL-3.0-or-later
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/c_ptr.h"
#include "base/fd.h"
#include "base/instant_text.h"
#include "tests/mount/mounted_store.h"
#include "tests/support/maildir_builder.h"
#include "tests/support/people.h"

namespace yestermail::test {
namespace {

constexpr std::size_t kMails = 60;
constexpr int kEnough = 25;  ///< of a group of 32, less those that are left out of it

/// Names as a listing gives them.
std::vector<std::string> listed(const std::string& path) {
  std::vector<std::string> names;
  const CPtr<DIR, closedir> directory(::opendir(path.c_str()));
  EXPECT_TRUE(directory) << path;
  while (const auto* const entry = directory ? ::readdir(directory.get()) : nullptr) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  return names;
}

/// What lies in the last page of a file behind its end.
std::string behind_the_end(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto size = std::filesystem::file_size(path);
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto whole = (size + page - 1) / page * page;
  void* const at = ::mmap(nullptr, whole, PROT_READ, MAP_PRIVATE, file.get(), 0);
  EXPECT_NE(at, MAP_FAILED) << path;
  if (at == MAP_FAILED) return {};
  const std::string rest(std::string_view(static_cast<const char*>(at), whole).substr(size));
  ::munmap(at, whole);
  return rest;
}

class PushedFiles : public MountTest {
 protected:
  /// Mails of all kinds of sizes; their bytes by name.
  void make_mails() {
    make_account(kAlice, 0);
    std::vector<Edit> edits;
    for (std::size_t i = 0; i < kMails; ++i) {
      edits.push_back(put_mail(kAlice, "cur/" + std::to_string(i) + ":2,", mail(i)));
    }
    record(kAlice, edits);
  }
  static std::string mail(std::size_t number) {
    auto text = sample_mail(number + 1, 1 + number * 700);
    text.resize(1 + number * 700, '.');
    return text;
  }
  static std::string mail_named(const std::string& name) { return mail(std::stoul(name)); }

  bool have_been_pushed(int count) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (requests("pushed") < count && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return requests("pushed") >= count;
  }
};

TEST_F(PushedFiles, AreThereBeforeAnybodyAsks) {
  make_mails();
  mount();
  const auto cur = at("maildir/at/" + instant_text(recorder_->view().last_instant()) + "/" + kAlice + "/cur/");
  const auto names = listed(cur);
  ASSERT_EQ(names.size(), kMails);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(content(cur + names[i]), mail_named(names[i]));
  ASSERT_TRUE(have_been_pushed(kEnough));
  const auto before = requests("read") + 1;  // That of .status itself.
  for (std::size_t i = 3; i < 3 + kEnough; ++i) {
    EXPECT_EQ(content(cur + names[i]), mail_named(names[i])) << names[i];
    const auto rest = behind_the_end(cur + names[i]);
    EXPECT_EQ(rest, std::string(rest.size(), '\0')) << "what lay in the kernel's memory";
  }
  EXPECT_LE(requests("read") - before, 3) << "the next one, and one in the middle that shows how far the reader is";
  for (const auto& name : names) EXPECT_EQ(content(cur + name), mail_named(name)) << name;
}

TEST_F(PushedFiles, AreNoneWhereFilesAreReadInNoOrder) {
  make_mails();
  mount();
  const auto cur = at("maildir/latest/" + kAlice + "/cur/");
  auto names = listed(cur);
  std::reverse(names.begin(), names.end());
  for (const auto& name : names) EXPECT_EQ(content(cur + name), mail_named(name));
  EXPECT_EQ(requests("pushed"), 0);
}

TEST_F(PushedFiles, AreTheReadableOnesWhereThoseAreRead) {
  make_mails();
  mount();
  const auto inbox = at("at/" + instant_text(recorder_->view().last_instant()) + "/" + kAlice + "/INBOX/");
  const auto names = listed(inbox);
  ASSERT_EQ(names.size(), kMails);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < 3; ++i) found.push_back(content(inbox + names[i]));
  ASSERT_TRUE(have_been_pushed(kEnough));
  const auto before = requests("read") + 1;
  for (std::size_t i = 3; i < 3 + kEnough; ++i) found.push_back(content(inbox + names[i]));
  EXPECT_LE(requests("read") - before, 3);
  for (std::size_t i = 3 + kEnough; i < kMails; ++i) found.push_back(content(inbox + names[i]));
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < kMails; ++i) wanted.push_back(mail(i));
  std::sort(found.begin(), found.end());
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(found, wanted);
}

}  // namespace
}  // namespace yestermail::test
