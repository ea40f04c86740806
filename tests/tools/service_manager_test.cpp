// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>

#include "base/fd.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

using namespace std::chrono_literals;

/// The real daemon under a service manager: this test.
class Service : public StoreCommandTest {
 protected:
  void SetUp() override {
    make_store();
    ASSERT_TRUE(socket_.valid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path + 1, sizeof address.sun_path - 1);  // Of the abstract kind: no file to be cleaned up.
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name_.size());
    ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    const timeval limit{60, 0};
    ASSERT_EQ(::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
  }

  void start() {
    daemon_.emplace(std::vector<std::string>{program_path(), "watch", "--store", store_, "--method", "inotify"},
                    std::vector<std::string>{"NOTIFY_SOCKET=@" + name_, "WATCHDOG_USEC=400000"});
  }

  /// Waits until it is told so; all that was told until then.
  std::string told(const std::string& what) {
    std::string all;
    std::array<char, 4096> piece{};
    const auto limit = std::chrono::steady_clock::now() + 60s;
    while (("\n" + all).find("\n" + what + "\n") == std::string::npos) {
      const auto got = ::recv(socket_.get(), piece.data(), piece.size(), 0);
      if (got <= 0 || std::chrono::steady_clock::now() > limit) return all + "not told: " + what + "\n";
      all.append(piece.data(), static_cast<std::size_t>(got));
      all += "\n";
    }
    return all;
  }

  const std::string name_ = "yestermail-test-" + std::to_string(::getpid());
  const Fd socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  std::optional<Process> daemon_;
};

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(Service, IsToldFromStartToStop) {
  start();
  const auto before = told("READY=1");
  EXPECT_THAT(before, Not(HasSubstr("not told")));
  EXPECT_THAT(before, Not(HasSubstr("STOPPING")));
  EXPECT_THAT(run({"status", "--json"}).json().at("watcher").at("running").dump(), "true") << "it watches";
  const auto status = told("STATUS=watching; lag 0.0 s, 0 names waiting");
  EXPECT_THAT(status, Not(HasSubstr("not told")));
  EXPECT_THAT(status, HasSubstr("WATCHDOG=1\n"));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(told("WATCHDOG=1"), Not(HasSubstr("not told"))) << "again and again";
  daemon_->send(SIGHUP);
  EXPECT_THAT(told("RELOADING=1"), Not(HasSubstr("READY")));
  EXPECT_THAT(told("READY=1"), Not(HasSubstr("STOPPING")));
  daemon_->send(SIGTERM);
  EXPECT_THAT(told("STOPPING=1"), Not(HasSubstr("not told")));
  EXPECT_EQ(daemon_->wait(60s).status, 0);
}

TEST_F(Service, IsNotReadyWithoutItsStore) {
  run({"status"});
  const auto recorder = std::filesystem::remove(store_ + "/yestermail.store");
  ASSERT_TRUE(recorder);
  start();
  EXPECT_EQ(daemon_->wait(60s).status, 1);
  std::array<char, 4096> piece{};
  EXPECT_LE(::recv(socket_.get(), piece.data(), piece.size(), MSG_DONTWAIT), 0) << piece.data();
}

}  // namespace
}  // namespace yestermail::test
