// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "store/store.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/support/recording_log.h"
#include "tests/support/tree_compare.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {

/// Exports of the small mail server, taken apart by GNU tar.
class ExportTest : public StoreCommandTest {
 protected:
  /// `export --to` a new file, which is then extracted into a directory of its own: its path.
  std::string export_and_extract(std::vector<std::string> words = {}, int status = 0) {
    const auto file = directory_ / ("archive-" + std::to_string(++count_) + ".tar.zst");
    std::vector<std::string> command{"export", "--to", file};
    command.insert(command.end(), words.begin(), words.end());
    ran_ = run(command);
    EXPECT_EQ(ran_.status, status) << ran_.err;
    return extract(file);
  }

  std::string extract(const std::string& file) const {
    const auto to = file + ".d";
    std::filesystem::create_directory(to);
    const auto outcome = test::run({"tar", "--warning=no-unknown-keyword", "--zstd", "-xpf", file, "-C", to});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return to;
  }

  static std::vector<nlohmann::json> lines_of(const std::string& path) {
    std::vector<nlohmann::json> lines;
    std::istringstream text(read_text(path));
    for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

  /// Account -> its Maildir on the mail server.
  [[nodiscard]] std::map<std::string, std::string> maildirs() const { return maildirs(mail_); }
  static std::map<std::string, std::string> maildirs(const std::string& root) {
    std::map<std::string, std::string> found;
    for (const auto& domain : std::filesystem::directory_iterator(root)) {
      for (const auto& user : std::filesystem::directory_iterator(domain.path())) {
        found[user.path().filename().string() + "@" + domain.path().filename().string()] =
            user.path().string() + "/Maildir";
      }
    }
    return found;
  }

  /// Requires that the accounts of an extracted archive are these trees, in names, bytes, times, modes and owners.
  static void expect_trees(const std::string& extracted, const std::map<std::string, std::string>& trees) {
    for (const auto& [account, tree] : trees) {
      const auto maildir = extracted + "/accounts/" + account + "/maildir";
      EXPECT_EQ(joined(compare_trees(tree, maildir)), "") << account;
      EXPECT_EQ(std::filesystem::last_write_time(tree), std::filesystem::last_write_time(maildir)) << account;
    }
    std::size_t accounts = 0;
    for (const auto& entry : std::filesystem::directory_iterator(extracted + "/accounts")) {
      accounts += entry.is_directory() ? 1U : 0U;
    }
    EXPECT_EQ(accounts, trees.size());
  }

  void copy_mail(const std::string& to) const { ASSERT_EQ(test::run({"cp", "-a", mail_, to}).status, 0); }

  Ran ran_;
  RecordingLog log_;
  StoreWorld world_{real_disk_, clock_, log_};
  int count_ = 0;
};

}  // namespace yestermail::test
