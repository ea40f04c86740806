// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "base/fd.h"
#include "tests/mount/mounted_store.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/maildir_builder.h"
#include "tests/support/people.h"

namespace yestermail::test {
namespace {

/// A file of the mount, the bytes that it must have, and ways to read it.
class OracleFile {
 public:
  OracleFile(const std::string& path, std::string bytes)
      : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
        sink_(::memfd_create("sendfile", MFD_CLOEXEC)),
        bytes_(std::move(bytes)) {
    EXPECT_GE(file_.get(), 0) << path;
  }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  bool pread_agrees(std::size_t offset, std::size_t count) {
    std::string got(count, '\0');
    const auto n = ::pread(file_.get(), got.data(), count, static_cast<off_t>(offset));
    return n >= 0 && got.substr(0, static_cast<std::size_t>(n)) == wanted(offset, count);
  }

  bool seek_agrees(std::size_t offset, std::size_t count) {
    const auto at = static_cast<off_t>(offset);
    const auto size = static_cast<off_t>(bytes_.size());
    if (::lseek(file_.get(), 0, SEEK_END) != size || ::lseek(file_.get(), at, SEEK_SET) != at) return false;
    std::string got(count, '\0');
    const auto n = ::read(file_.get(), got.data(), count);
    if (n < 0 || got.substr(0, static_cast<std::size_t>(n)) != wanted(offset, count)) return false;
    if (::lseek(file_.get(), 0, SEEK_CUR) != at + n) return false;
    // All of it is data, and behind it is the only hole.
    return at >= size || (::lseek(file_.get(), at, SEEK_DATA) == at && ::lseek(file_.get(), at, SEEK_HOLE) == size);
  }

  bool mmap_agrees(std::size_t offset, std::size_t count) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto start = offset / page * page;
    const auto want = wanted(start, offset - start + count);
    if (want.empty()) return true;
    void* const at = ::mmap(nullptr, want.size(), PROT_READ, MAP_PRIVATE, file_.get(), static_cast<off_t>(start));
    if (at == MAP_FAILED) return false;
    const bool same = std::equal(want.begin(), want.end(), static_cast<const char*>(at));
    ::munmap(at, want.size());
    return same;
  }

  bool splice_agrees(std::size_t offset, std::size_t count) {
    const auto want = wanted(offset, std::min(count, kPipeBytes));
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    const Fd out(ends[0]);
    const Fd in(ends[1]);
    auto at = static_cast<off_t>(offset);
    std::string got;
    while (got.size() < want.size()) {
      const auto n = ::splice(file_.get(), &at, in.get(), nullptr, want.size() - got.size(), 0);
      if (n <= 0) return false;
      std::string part(static_cast<std::size_t>(n), '\0');
      if (::read(out.get(), part.data(), part.size()) != n) return false;
      got += part;
    }
    return got == want;
  }

  bool sendfile_agrees(std::size_t offset, std::size_t count) {
    if (::ftruncate(sink_.get(), 0) != 0 || ::lseek(sink_.get(), 0, SEEK_SET) != 0) return false;
    const auto want = wanted(offset, count);
    auto at = static_cast<off_t>(offset);
    std::size_t sent = 0;
    while (sent < want.size()) {
      const auto n = ::sendfile(sink_.get(), file_.get(), &at, want.size() - sent);
      if (n <= 0) return false;
      sent += static_cast<std::size_t>(n);
    }
    std::string got(want.size(), '\0');
    return ::pread(sink_.get(), got.data(), got.size(), 0) == static_cast<ssize_t>(want.size()) && got == want;
  }

  /// Makes the kernel forget what it has read, so that the next read comes to the mount.
  void forget_pages() { ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_DONTNEED); }

 private:
  static constexpr std::size_t kPipeBytes = 65536;  // A pipe holds so many and nobody reads beside the writer.

  [[nodiscard]] std::string wanted(std::size_t offset, std::size_t count) const {
    return offset >= bytes_.size() ? std::string() : bytes_.substr(offset, count);
  }

  Fd file_;
  Fd sink_;
  std::string bytes_;
};

constexpr std::array kWays{&OracleFile::pread_agrees, &OracleFile::seek_agrees, &OracleFile::mmap_agrees,
                           &OracleFile::sendfile_agrees, &OracleFile::splice_agrees};

TEST_F(MountTest, EveryWayOfReadingGivesTheBytesThatWereRecorded) {
  make_account(kAlice, 0);
  std::vector<std::string> mails;
  std::vector<Edit> edits;
  std::uint64_t seed = 1;
  for (const std::size_t size : {0UL, 1UL, 4095UL, 4096UL, 4097UL, 70'000UL, 1'048'577UL, 3'000'001UL}) {
    mails.push_back(sample_mail(seed++, size));
    mails.back().resize(size, '.');
    edits.push_back(put_mail(kAlice, "cur/" + std::to_string(size) + ":2,", mails.back()));
  }
  record(kAlice, edits);
  mount();
  std::vector<OracleFile> files;
  for (std::size_t i = 0; i < mails.size(); ++i) {
    files.emplace_back(at("maildir/latest/" + kAlice + "/" + edits[i].path), mails[i]);
  }
  std::mt19937_64 random(campaign_seed());
  const auto reads = campaign_setting("YESTERMAIL_READS", for_this_build(10'000, 100'000));
  for (std::uint64_t i = 0; i < reads; ++i) {
    auto& file = files[random() % files.size()];
    const auto offset = random() % (file.size() + 5000);
    const auto count = 1 + random() % (random() % 50 == 0 ? 300'000 : 5000);
    if (random() % 20 == 0) file.forget_pages();
    const auto way = random() % std::size(kWays);
    ASSERT_TRUE((file.*kWays[way])(offset, count))
        << "read " << i << ", way " << way << ", " << count << " bytes at " << offset << " of " << file.size();
  }
}

}  // namespace
}  // namespace yestermail::test
