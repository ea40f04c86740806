// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <set>
#include <thread>

#include "base/digest.h"
#include "tests/archive/export_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

using Export = ExportTest;

TEST_F(Export, IsExtractedByTarToTheVeryTreesThatWereScanned) {
  alice().write("dovecot-uidlist", "3 V1 N2\n");
  alice().put("", "large,S=9000000:2,S", sample_mail(99, 9'000'000));  // Read twice, not held.
  fs::permissions(alice().root() + "/.Projects", fs::perms(0500));     // Nothing can be put into it later.
  make_scanned_store();
  const auto extracted = export_and_extract();
  expect_trees(extracted, maildirs());
  EXPECT_THAT(ran_.out, HasSubstr("accounts/alice@example.com: "));
  EXPECT_THAT(ran_.out, HasSubstr("exported 4 accounts"));
  EXPECT_EQ(ran_.err, "");
}

TEST_F(Export, ListsEveryFileWithItsDigest) {
  make_scanned_store();
  const auto extracted = export_and_extract({"--history"});
  std::set<std::string> listed;
  std::ofstream sums(extracted + "/sums", std::ios::binary);
  for (const auto& line : lines_of(extracted + "/manifest.jsonl")) {
    const auto path = line.at("path").get<std::string>();
    listed.insert(path);
    if (path.find('\\') != std::string::npos || path.find('\n') != std::string::npos) continue;
    EXPECT_EQ(fs::file_size(extracted + "/" + path), line.at("size").get<std::uintmax_t>()) << path;
    sums << line.at("sha256").get<std::string>() << "  " << path << "\n";
  }
  sums.close();
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(extracted)) files += entry.is_regular_file() ? 1U : 0U;
  EXPECT_EQ(listed.size(), files - 2) << "all but the list and our sums";
  const auto checked = test::run({"sh", "-c", "cd \"$0\" && sha256sum --quiet -c sums", extracted});
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
}

TEST_F(Export, TellsWhatItIsToItsOwnerAlone) {
  make_scanned_store();
  const auto extracted = export_and_extract({"alice@example.com"});
  EXPECT_THAT(read_text(extracted + "/README.txt"), HasSubstr("tar --zstd -xpf"));
  const auto told = nlohmann::json::parse(read_text(extracted + "/export.json"));
  EXPECT_EQ(told.at("format"), "yestermail-export");
  EXPECT_EQ(told.at("version"), 1);
  EXPECT_EQ(told.at("store"), read_store_id(world_, store_).hex());
  EXPECT_EQ(told.at("instant"), last_change());
  EXPECT_EQ(told.at("history"), false);
  ASSERT_EQ(told.at("accounts").size(), 1U);
  EXPECT_EQ(told.at("accounts")[0].at("directory"), "accounts/alice@example.com");
  const auto account = nlohmann::json::parse(read_text(extracted + "/accounts/alice@example.com/account.json"));
  EXPECT_EQ(account.at("account"), "alice@example.com");
  EXPECT_EQ(account.at("layout"), "maildir++");
  EXPECT_TRUE(account.at("until").is_null());
  const auto first = test::run({"tar", "--zstd", "-tf", directory_ / "archive-1.tar.zst"}).out;
  EXPECT_TRUE(first.starts_with("README.txt\nexport.json\naccounts/alice@example.com/\n")) << first;
  EXPECT_TRUE(first.ends_with("\nmanifest.jsonl\n")) << first;
  const auto mode = [](const std::string& path) { return fs::status(path).permissions(); };
  EXPECT_EQ(mode(directory_ / "archive-1.tar.zst"), fs::perms(0600));
  EXPECT_EQ(mode(extracted + "/accounts/alice@example.com"), fs::perms(0700));
  EXPECT_FALSE(fs::exists(directory_ / "archive-1.tar.zst.part"));
}

TEST_F(Export, HasAnyInstant) {
  make_scanned_store();
  const auto at = last_change();
  copy_mail(directory_ / "then");
  change_small_server(mail_, 1);
  scan();
  expect_trees(export_and_extract({"--at", at}), maildirs(directory_ / "then"));
  expect_trees(export_and_extract(), maildirs());
}

TEST_F(Export, HasNothingThatIsRecordedMeanwhile) {
  make_scanned_store();
  const auto recorder = open_recorder(world_, store_);
  const auto account = recorder->view().account_named("alice@example.com", kForever)->number;
  const auto cur = recorder->view().lookup(account, kRootItem, "cur", kForever)->item;
  std::jthread writer([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); ++i) {
      Put put;
      put.item = recorder->new_item(account);
      const auto bytes = to_bytes(sample_mail(static_cast<std::uint64_t>(i)));
      put.state.kind = EntryKind::kMessage;
      put.state.parent = cur;
      put.state.name = std::to_string(i) + ".live:2,";
      put.state.digest = Digest::of(bytes);
      put.state.size = bytes.size();
      recorder->record(account, std::vector<Change>{put}, std::vector<Bytes>{bytes});
    }
  });
  const auto file = directory_ / "live.tar";
  ASSERT_EQ(run({"export", "--to", file, "--compression", "none", "--history"}).status, 0);
  writer.request_stop();
  writer.join();
  const auto extracted = directory_ / "live";
  fs::create_directory(extracted);
  ASSERT_EQ(test::run({"tar", "-xf", file, "-C", extracted, "export.json"}).status, 0);
  const auto at = nlohmann::json::parse(read_text(extracted + "/export.json")).at("instant").get<std::string>();
  ASSERT_EQ(run({"export", "--to", file + ".again", "--compression", "none", "--history", "--at", at}).status, 0);
  EXPECT_EQ(Digest::of(as_bytes(read_text(file))), Digest::of(as_bytes(read_text(file + ".again"))));
}

TEST_F(Export, IsTheSameOnStandardOutput) {
  make_scanned_store();
  const auto file = directory_ / "file.tar";
  ASSERT_EQ(run({"export", "--to", file, "--compression", "none"}).status, 0);
  const auto piped = run({"export", "--to", "-", "--compression", "none"});
  EXPECT_EQ(piped.status, 0);
  EXPECT_EQ(piped.out, read_text(file));
  EXPECT_THAT(piped.err, HasSubstr("exported 4 accounts"));
}

TEST_F(Export, IsSmallerTheHigherTheLevel) {
  make_scanned_store();
  std::map<std::string, std::uintmax_t> sizes;
  for (const std::string level : {"none", "1", "9"}) {
    const auto file = directory_ / level;
    ASSERT_EQ(run({"export", "--to", file, "--compression", level}).status, 0);
    sizes[level] = fs::file_size(file);
    EXPECT_EQ(test::run({"tar", "-tf", file}).out, test::run({"tar", "-tf", directory_ / "none"}).out);
  }
  EXPECT_GT(sizes["none"], sizes["1"]);
  EXPECT_GT(sizes["1"], sizes["9"]);
}

TEST_F(Export, CountsTheSameWithoutWriting) {
  make_scanned_store();
  change_small_server(mail_, 1);
  scan();
  const auto dry = run({"export", "--dry-run", "--history", "--json"});
  ASSERT_EQ(dry.status, 0) << dry.err;
  const auto file = directory_ / "file";
  const auto wet = run({"export", "--to", file, "--history", "--json"});
  ASSERT_EQ(wet.status, 0) << wet.err;
  auto want = dry.json();
  auto have = wet.json();
  ASSERT_EQ(have.size(), 5U);
  EXPECT_EQ(have.back().at("archive"), file);
  EXPECT_EQ(have.back().at("archive_bytes"), fs::file_size(file));
  EXPECT_GT(have.back().at("past_contents"), 0);
  for (auto* rows : {&want, &have}) {
    rows->back().erase("archive");
    rows->back().erase("archive_bytes");
  }
  EXPECT_EQ(want, have);
}

}  // namespace
}  // namespace yestermail::test
