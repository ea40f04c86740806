// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/fd_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/error.h"
#include "base/fd.h"

namespace yestermail {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno(errno, "pipe");
    read = Fd(ends[0]);
    write = Fd(ends[1]);
  }
  Fd read;
  Fd write;
};

class FdStreamTest : public ::testing::Test {
 protected:
  void SetUp() override { before_ = std::signal(SIGPIPE, SIG_IGN); }
  void TearDown() override { (void)std::signal(SIGPIPE, before_); }

 private:
  void (*before_)(int) = nullptr;
};

TEST_F(FdStreamTest, WritesAllBytesInTheirOrder) {
  char name[] = "/tmp/yestermail-fd-stream-XXXXXX";
  const Fd file(::mkstemp(name));
  ::unlink(name);
  std::string expected;
  {
    FdStream out(file.get());
    for (int i = 0; i < 30'000; ++i) {
      const auto text = std::string(static_cast<std::size_t>(i % 7), static_cast<char>(i));
      out << text << i << '\n';
      expected += text + std::to_string(i) + '\n';
    }
    const std::string large(300'000, '\0');
    out << large << 'x';
    expected += large + 'x';
  }
  std::string written(expected.size() + 1, '?');
  written.resize(static_cast<std::size_t>(::pread(file.get(), written.data(), written.size(), 0)));
  EXPECT_EQ(written, expected);
}

TEST_F(FdStreamTest, TellsAReaderThatWentAwayFromAFailure) {
  Pipe pipe;
  FdStream out(pipe.write.get());
  pipe.read = Fd();
  out << "some text";
  EXPECT_THROW(out.flush(), OutputClosed);
}

TEST_F(FdStreamTest, TellsOfAFullDisk) {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  FdStream out(full.get());
  out << "some text";
  try {
    out.flush();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kNoSpace);
    EXPECT_STREQ(error.what(), "standard output: No space left on device");
  }
}

TEST_F(FdStreamTest, TellsOfAFailureWithinALargeWrite) {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  FdStream out(full.get());
  EXPECT_THROW(out << std::string(1U << 20U, 'x'), Error);
}

TEST(GuardStandardFiles, LeavesNoNumberOfAClosedOneToOtherFiles) {
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    for (int fd : {0, 1, 2}) ::close(fd);
    guard_standard_files();
    const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const bool writable = ::write(STDOUT_FILENO, "x", 1) == 1;
    ::_exit(fd > 2 && !writable ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(TerminalColumns, AreNoneWithoutATerminal) {
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(terminal_columns(null.get()), 0U);
}

}  // namespace
}  // namespace yestermail
