// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/store_location.h"

#include <fstream>

#include "base/error.h"
#include "tests/support/test_clock.h"
#include "tests/tools/command_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;

class StoreLocation : public CommandTest {
 protected:
  std::string location(const std::optional<std::string>& given = std::nullopt) {
    return store_path(given, environment(out_, err_));
  }
  std::string refusal() {
    try {
      return "found " + location();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::kUsage);
      return error.what();
    }
  }
  void configure(const std::string& text) { std::ofstream(directory_ / "yestermail.conf") << text; }

  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(StoreLocation, IsTheOptionThenTheVariableThenTheFile) {
  configure("# a comment\n\n store = /from/file  \r\n");
  EXPECT_EQ(location(), "/from/file");
  variables_["YESTERMAIL_STORE"] = "/from/variable";
  EXPECT_EQ(location(), "/from/variable");
  EXPECT_EQ(location("/from/option"), "/from/option");
  variables_["YESTERMAIL_STORE"] = "";
  EXPECT_EQ(location(), "/from/file");
}

TEST_F(StoreLocation, NamesAllThreeWhereNoneSays) {
  const auto text = refusal();
  EXPECT_THAT(text, HasSubstr("--store"));
  EXPECT_THAT(text, HasSubstr("YESTERMAIL_STORE"));
  EXPECT_THAT(text, HasSubstr(directory_ / "yestermail.conf"));
}

TEST_F(StoreLocation, HasNoSlashAtItsEnd) {
  EXPECT_EQ(location("/a/b//"), "/a/b");
  EXPECT_EQ(location("/"), "/");
}

TEST_F(StoreLocation, NamesTheLineThatIsNotUnderstood) {
  for (const auto* wrong : {"sotre = /x", "store", "store =", "= /x", "\x1b"}) {
    configure(std::string("# one\n") + wrong + "\n");
    EXPECT_THAT(refusal(), HasSubstr("line 2: ")) << wrong;
  }
}

TEST_F(StoreLocation, IsNamedInTheUsageErrorOfACommand) {
  expect_usage_error(run({"status"}), "no store given: use --store DIR", "yestermail status --help");
}

class InstantOption : public StoreLocation {
 protected:
  Instant at(const std::string& text) {
    Environment with_clock{.out = out_, .err = err_, .clock = test_clock_, .disk = *disk_};
    const std::vector<std::string> words{"--at", text};
    const std::vector<OptionSpec> options{kAtOption};
    return at_option(Arguments::parse(words, options), with_clock);
  }
  TestClock test_clock_;
};

TEST_F(InstantOption, TakesTheSpellingsOfInstants) {
  EXPECT_EQ(at("2026-11-22"), Instant{1'795'305'600'000'000});
  EXPECT_EQ(at("1h-ago").value, test_clock_.now().value - 3600 * kMicrosPerSecond);
  EXPECT_EQ(at("now"), test_clock_.now());
}

TEST_F(InstantOption, RefusesTheFutureAndWhatIsNoInstant) {
  for (const auto* wrong : {"2026-11-22T10:00:01", "2999", "tomorrow", "2026-13", "\x1b[0m"}) {
    try {
      at(wrong);
      ADD_FAILURE() << wrong;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::kUsage);
      EXPECT_THAT(error.what(), HasSubstr("--at"));
      EXPECT_THAT(error.what(), HasSubstr("3h-ago"));
      EXPECT_EQ(std::string(error.what()).find('\x1b'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace yestermail::test
