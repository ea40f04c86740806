// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "archive/import.h"
#include "tests/archive/export_fixture.h"

namespace yestermail::test {

/// Keeps what it is told.
struct ToldImport final : ImportProgress {
  void expect(std::uint64_t /*files*/, std::uint64_t /*bytes*/) override {}
  void advanced(std::uint64_t /*files*/, std::uint64_t /*bytes*/) override {}
  void told(const ImportNote& note) override { notes.push_back(note); }
  [[nodiscard]] std::vector<ImportNote> of(ImportFate fate) const {
    std::vector<ImportNote> found;
    std::copy_if(notes.begin(), notes.end(), std::back_inserter(found),
                 [&](const auto& note) { return note.fate == fate; });
    return found;
  }
  std::vector<ImportNote> notes;
};

/// Imports into a second store, and what that store then has.
class ImportTest : public ExportTest {
 protected:
  ImportTest() { create_store(world_, other_, {}); }

  std::string export_to(const std::string& name, std::vector<std::string> words = {}) {
    const auto file = directory_ / name;
    std::vector<std::string> command{"export", "--store", store_, "--to", file};
    command.insert(command.end(), words.begin(), words.end());
    const auto ran = run(command);
    EXPECT_EQ(ran.status, 0) << ran.err;
    return file;
  }
  Ran import(const std::string& from, std::vector<std::string> words = {}) {
    std::vector<std::string> command{"import", "--store", other_, from};
    command.insert(command.end(), words.begin(), words.end());
    return run(command);
  }
  /// With --json: its elements, and the exit status.
  std::vector<nlohmann::json> import_rows(const std::string& from, int status = 0,
                                          std::vector<std::string> words = {}) {
    words.emplace_back("--json");
    const auto ran = import(from, words);
    EXPECT_EQ(ran.status, status) << ran.err << ran.out;
    return ran.out.empty() ? std::vector<nlohmann::json>() : ran.json().get<std::vector<nlohmann::json>>();
  }
  nlohmann::json import_total(const std::string& from, int status = 0, std::vector<std::string> words = {}) {
    const auto rows = import_rows(from, status, std::move(words));
    return rows.empty() ? nlohmann::json() : rows.back();
  }
  static std::vector<nlohmann::json> rows_of(const std::vector<nlohmann::json>& rows, const std::string& what) {
    std::vector<nlohmann::json> found;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(found),
                 [&](const auto& row) { return row.at("what") == what; });
    return found;
  }

  /// The second store, exported and taken apart.
  std::string extracted() {
    const auto file = directory_ / ("imported-" + std::to_string(++count_) + ".tar.zst");
    const auto ran = run({"export", "--store", other_, "--to", file});
    EXPECT_EQ(ran.status, 0) << ran.err;
    return extract(file);
  }
  void expect_imported() { expect_trees(extracted(), maildirs()); }
  Instant last_instant() { return open_view(world_, other_)->last_instant(); }
  std::vector<Account> accounts() { return open_view(world_, other_)->accounts(kForever); }

  /// An archive as a stranger may write it: GNU tar of these files, in this order. A name that ends in a slash is a
  /// directory; a text that begins with "-> " makes a link.
  std::string made_archive(const std::string& name, const std::vector<std::pair<std::string, std::string>>& files,
                           const std::vector<std::string>& options = {}) {
    namespace fs = std::filesystem;
    const auto tree = directory_ / (name + ".d");
    fs::create_directory(tree);
    std::ofstream list(tree + ".list");
    for (const auto& [path, text] : files) {
      const fs::path whole = tree + "/" + path;
      list << path << '\0';
      if (path.ends_with('/')) {
        fs::create_directories(whole);
        continue;
      }
      fs::create_directories(whole.parent_path());
      if (text.starts_with("-> ")) {
        fs::create_symlink(text.substr(3), whole);
      } else {
        std::ofstream(whole, std::ios::binary) << text;
      }
    }
    list.close();
    const auto file = directory_ / name;
    std::vector<std::string> command{"tar", "-C", tree, "--no-recursion", "--null", "-T", tree + ".list", "-cf", file};
    command.insert(command.begin() + 1, options.begin(), options.end());
    const auto outcome = test::run(command);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return file;
  }

  /// The texts of an archive of one account, eve@example.com, with these files after its directories.
  static std::string export_json(int version = 1, const std::string& account = "eve@example.com") {
    return R"({"format": "yestermail-export", "version": )" + std::to_string(version) +
           R"(, "store": "0123456789abcdef0123456789abcdef", "instant": "2026-01-01T00:00:00.000000Z",)"
           R"( "history": false, "accounts": [{"account": ")" +
           account + R"(", "uuid": "00112233445566778899aabbccddeeff", "directory": "accounts/)" + account + R"("}]})";
  }
  static std::string account_json(const std::string& account = "eve@example.com") {
    return R"({"account": ")" + account +
           R"(", "uuid": "00112233445566778899aabbccddeeff", "source": "maildir:/x", "layout": "maildir++",)"
           R"( "since": "2025-01-01T00:00:00.000000Z", "until": null, "instant": "2026-01-01T00:00:00.000000Z"})";
  }
  using Files = std::vector<std::pair<std::string, std::string>>;
  static Files eve_as(const std::string& name, int version = 1) {
    const auto eve = "accounts/" + name + "/";
    return {{"README.txt", "read me"},
            {"export.json", export_json(version, name)},
            {eve, ""},
            {eve + "account.json", account_json(name)},
            {eve + "maildir/", ""},
            {eve + "maildir/cur/", ""}};
  }
  static Files eve(const Files& more, int version = 1) {
    auto files = eve_as("eve@example.com", version);
    files.insert(files.end(), more.begin(), more.end());
    return files;
  }
  /// With a manifest of all of them.
  static Files listed(Files files) {
    std::string manifest;
    for (const auto& [path, text] : files) {
      if (path.ends_with('/') || text.starts_with("-> ")) continue;
      manifest +=
          nlohmann::ordered_json{{"path", path}, {"size", text.size()}, {"sha256", Digest::of(as_bytes(text)).hex()}}
              .dump() +
          "\n";
    }
    files.emplace_back("manifest.jsonl", manifest);
    return files;
  }

  const std::string other_ = directory_ / "other";
};

}  // namespace yestermail::test
