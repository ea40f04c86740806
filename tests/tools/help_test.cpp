// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/help.h"

#include <fstream>
#include <set>

#include "tests/support/paths.h"
#include "tests/tools/command_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using HelpTest = CommandTest;

std::string man_page(const Command& command) {
  std::ifstream in(data_directory() + "/../../docs/man/yestermail-" + std::string(command.name) + ".1.md");
  EXPECT_TRUE(in) << command.name;
  return {std::istreambuf_iterator<char>(in), {}};
}

void expect_80_columns(const std::string& text) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST_F(HelpTest, OfTheProgramNamesEveryCommand) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"--help"}, {"-h"}, {"help"}}) {
    const auto ran = run(words);
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.err, "");
    expect_80_columns(ran.out);
    for (const auto* command : commands()) EXPECT_THAT(ran.out, HasSubstr("\n  " + std::string(command->name) + " "));
  }
}

TEST_F(HelpTest, OfEveryCommandIsTheSameInAllSpellings) {
  for (const auto* command : commands()) {
    const std::string name(command->name);
    const auto ran = run({name, "--help"});
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.err, "");
    EXPECT_THAT(ran.out, StartsWith("Usage: yestermail " + name + " "));
    expect_80_columns(ran.out);
    EXPECT_EQ(run({"help", name}).out, ran.out);
    EXPECT_EQ(run({name, "-h"}).out, ran.out);
    EXPECT_EQ(run({name, "some", "words", "--help"}).out, ran.out);
  }
}

TEST_F(HelpTest, AndManPageHaveTheSameOptions) {
  for (const auto* command : commands()) {
    const auto page = man_page(*command);
    std::set<std::string> in_help{"help"};
    std::set<char> letters{'h'};
    for (const auto& option : command->options) {
      EXPECT_TRUE(in_help.emplace(option.name).second) << option.name;
      if (option.letter != 0) {
        EXPECT_TRUE(letters.insert(option.letter).second) << option.name;
      }
      EXPECT_THAT(run({std::string(command->name), "--help"}).out, HasSubstr("--" + std::string(option.name)));
    }
    std::set<std::string> in_page;
    constexpr std::string_view kBefore = "**--";
    for (auto at = page.find(kBefore); at != std::string::npos; at = page.find(kBefore, at + 1)) {
      const auto name = page.substr(at + kBefore.size(), page.find("**", at + kBefore.size()) - at - kBefore.size());
      if (!name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos)
        in_page.insert(name);
    }
    EXPECT_EQ(in_page, in_help) << command->name;
  }
}

TEST_F(HelpTest, EveryManPageHasItsSections) {
  for (const auto* command : commands()) {
    const auto page = man_page(*command);
    std::size_t at = 0;
    for (const auto* section : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"}) {
      const auto found = page.find("\n# " + std::string(section) + "\n", at);
      EXPECT_NE(found, std::string::npos) << command->name << " " << section;
      if (found != std::string::npos) at = found;
    }
    EXPECT_THAT(page, HasSubstr("yestermail-" + std::string(command->name) + " - "));
  }
}

TEST_F(HelpTest, VersionIsOneLine) {
  EXPECT_THAT(run({"--version"}).out, ::testing::MatchesRegex("yestermail [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_F(HelpTest, IsPointedToWhereTheUsageIsWrong) {
  expect_usage_error(run(std::vector<std::string>{}), "no command given", "yestermail --help");
  expect_usage_error(run({"lsit"}), "unknown command \"lsit\"; did you mean \"list\"?", "yestermail --help");
  expect_usage_error(run({"help", "nothing"}), "unknown command \"nothing\"", "yestermail --help");
  expect_usage_error(run({"--store", "x", "list"}), "--store before the command", "yestermail --help");
  expect_usage_error(run({"\x1b[31m"}), "\\x1b", "yestermail --help");
  for (const auto* command : commands()) {
    const std::string name(command->name);
    expect_usage_error(run({name, "--nothing-like-it"}), "--nothing-like-it", "yestermail " + name + " --help");
  }
}

}  // namespace
}  // namespace yestermail::test
