// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;

/// The real program, started as people start it.
class Program : public StoreCommandTest {
 protected:
  /// `script` is for sh; "$0" in it is the program.
  Outcome shell(const std::string& script) {
    return test::run({"sh", "-c", script, program_path()}, {"YESTERMAIL_STORE=" + store_}, std::chrono::seconds(60));
  }
};

TEST_F(Program, DoesTheMainJob) {
  EXPECT_EQ(shell("\"$0\" init '" + store_ + "' '" + source_ + "'").status, 0);
  const auto scanned = shell("\"$0\" scan --threads 2");
  EXPECT_EQ(scanned.status, 0) << scanned.err;
  EXPECT_EQ(scanned.err, "");
  EXPECT_THAT(shell("\"$0\" list alice@example.com").out, HasSubstr("Projects/R&D"));
  EXPECT_THAT(shell("\"$0\" status").out, HasSubstr(store_));
}

TEST_F(Program, IsNotHurtByAClosedPipe) {
  make_scanned_store();
  for (const auto* command : {"log --json", "list", "accounts", "--help"}) {
    const auto outcome = shell(std::string("{ \"$0\" ") + command + "; echo \"status $?\" >&2; } | exec true");
    EXPECT_EQ(outcome.err, "status 0\n") << command;
  }
}

TEST_F(Program, WritesNothingIntoAFileThatGotTheNumberOfAClosedOutput) {
  make_store();
  const auto outcome = shell("\"$0\" scan <&- >&-");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("standard output: Bad file descriptor"));
  EXPECT_EQ(run({"scan"}).status, 0);
  EXPECT_EQ(run({"accounts", "--json"}).json().size(), 4U);
}

TEST_F(Program, ExitsWithTheStatusOfTheError) {
  EXPECT_EQ(shell("\"$0\" nothing").status, 2);
  EXPECT_EQ(shell("\"$0\" status").status, 1);
}

}  // namespace
}  // namespace yestermail::test
