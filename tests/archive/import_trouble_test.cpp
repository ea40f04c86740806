// SPDX-License-Identifier: GPL-3.0-or-later
// Archives that are cut, altered or hostile; names that are taken; imports that are killed.
#include <csignal>

#include "base/json_text.h"
#include "tests/archive/import_fixture.h"
#include "tests/support/campaign_setting.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ImportTrouble : public ImportTest {
 protected:
  void expect_refused(const std::string& from, const std::string& text, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"import", "--store", other_, from});
    expect_usage_error(run(words), text, "yestermail import --help");
    EXPECT_TRUE(accounts().empty());
  }
  std::string maildir() { return extracted() + "/accounts/eve@example.com/maildir/"; }
};

TEST_F(ImportTrouble, TakesWhatIsWholeOfAnArchiveThatIsCut) {
  make_scanned_store();
  const auto whole = export_to("whole", {"--compression", "none"});
  const auto packed = export_to("packed");
  for (const auto& [name, file, part] :
       {std::tuple("plain", whole, 0.5), std::tuple("late", whole, 0.9), std::tuple("zstd", packed, 0.7)}) {
    SCOPED_TRACE(name);
    fs::remove_all(other_);
    create_store(world_, other_, {});
    const auto cut = directory_ / ("cut-" + std::string(name));
    fs::copy_file(file, cut);
    fs::resize_file(cut, static_cast<std::uintmax_t>(static_cast<double>(fs::file_size(file)) * part));
    const auto rows = import_rows(cut, 5);
    EXPECT_GT(rows.back().at("recorded"), 0);
    EXPECT_EQ(rows_of(rows, "recorded").size(), rows.back().at("recorded").get<std::size_t>());
    EXPECT_THAT(rows[rows.size() - 2].at("why"), HasSubstr("what stood before is imported"));
    EXPECT_EQ(rows[rows.size() - 2].at("path"), cut);
    // What it has is what was exported; and the rest comes when the whole archive does.
    const auto there = rows.back().at("recorded").get<std::uint64_t>();
    const auto again = import_total(file);
    EXPECT_GT(again.at("recorded"), 0);
    EXPECT_EQ(again.at("already_there"), there);
    expect_imported();
  }
}

TEST_F(ImportTrouble, DoesNotRecordWhatWasAltered) {
  make_scanned_store();
  const auto file = export_to("archive", {"--compression", "none"});
  auto bytes = read_text(file);
  const std::string subject = "Subject: ";
  const auto at = bytes.rfind(subject);
  ASSERT_NE(at, std::string::npos);
  bytes[at + subject.size() + 1] ^= 1;
  std::ofstream(file, std::ios::binary) << bytes;
  const auto rows = import_rows(file, 3);
  const auto failed = rows_of(rows, "failed");
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_THAT(failed.front().at("why"), HasSubstr("its bytes were altered"));
  EXPECT_EQ(rows.back().at("damaged"), 1);
  const auto path = "/accounts/" + failed.front().at("account").get<std::string>() + "/maildir/" +
                    bytes_of_json_text(failed.front().at("path").get<std::string>());
  EXPECT_FALSE(fs::exists(extracted() + path));
}

TEST_F(ImportTrouble, NamesWhatTheListHasAndTheArchiveHasNotAndTheOtherWayRound) {
  const std::string cur = "accounts/eve@example.com/maildir/cur/";
  auto files = listed(eve({{cur + "one:2,", "one"}, {cur + "gone:2,", "gone"}}));
  std::erase_if(files, [&](const auto& file) { return file.first == cur + "gone:2,"; });
  files.insert(files.end() - 1, {cur + "more:2,", "more"});
  const auto rows = import_rows(made_archive("archive", files), 3);
  const auto failed = rows_of(rows, "failed");
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed[0].at("path"), "cur/more:2,");
  EXPECT_THAT(failed[0].at("why"), HasSubstr("is not in the archive's list"));
  EXPECT_EQ(failed[1].at("path"), cur + "gone:2,");
  EXPECT_THAT(failed[1].at("why"), HasSubstr("not in the archive"));
  EXPECT_EQ(rows.back().at("recorded"), 1);
}

TEST_F(ImportTrouble, TakesNoPathThatLeadsElsewhere) {
  const std::string in = "accounts/eve@example.com/";
  const auto files = eve({{in + "maildir/cur/../../../../../archive.d/x", "dots"},
                          {"absolute", "absolute"},
                          {in + "other/file", "no part of it"},
                          {in + "maildir/@home/file", "a name that means something else"},
                          {"loose", "no account's"},
                          {in + "maildir/cur/link:2,", "-> /etc/passwd"},
                          {in + "maildir/cur/good:2,", "good"}});
  const auto rows =
      import_rows(made_archive("archive", listed(files), {"-P", "--transform", "s,^absolute$,/absolute/path,"}), 5);
  EXPECT_EQ(rows_of(rows, "failed").size(), 6U) << rows.back();
  EXPECT_EQ(rows.back().at("recorded"), 1);
  const auto tree = maildir();
  EXPECT_EQ(read_text(tree + "cur/good:2,"), "good");
  EXPECT_EQ(std::distance(fs::recursive_directory_iterator(tree), {}), 2);
}

TEST_F(ImportTrouble, RefusesANewerArchiveBeforeAnythingIsRecorded) {
  const auto file = made_archive("archive", listed(eve({}, 2)));
  const auto ran = import(file);
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("has version 2 of the archive's format, and this program knows 1"));
  EXPECT_THAT(ran.err, HasSubstr("or a later one"));
  EXPECT_TRUE(accounts().empty());
}

TEST_F(ImportTrouble, RefusesWhatIsNoArchive) {
  const auto text = directory_ / "text";
  std::ofstream(text) << "no archive\n";
  expect_refused(text, "is no archive of yestermail export");
  expect_refused(made_archive("foreign", {{"cur/mail", "mail"}}), "it begins with another file");
  expect_refused(made_archive("json", {{"README.txt", ""}, {"export.json", "{\"format\": \"other\"}"}}),
                 "its export.json is none");
  std::ofstream(directory_ / "empty").close();
  expect_refused(directory_ / "empty", "is no archive");
  expect_refused(mail_, "a Maildir is imported as maildir:PATH");
  EXPECT_EQ(import(directory_ / "nothing").status, 1);
  EXPECT_THAT(import(directory_ / "nothing").err, HasSubstr("is not there"));
  EXPECT_EQ(import("maildir:" + (directory_ / "nothing")).status, 1);
}

TEST_F(ImportTrouble, RefusesWrongWords) {
  make_scanned_store();
  const auto file = export_to("archive");
  expect_usage_error(run({"import", "--store", other_}), "nothing to import given", "yestermail import --help");
  expect_refused(file, "write OLD=NEW", {"--map", "alice"});
  expect_refused(file, "no account of this name is imported", {"--map", "nobody=somebody"});
  expect_refused(file, "two accounts would be called bob@example.com", {"--map", "alice@example.com=bob@example.com"});
  expect_refused(file, "no account can have this name", {"--map", "alice@example.com=../../x"});
  expect_refused(file, "no account can have this name", {"--map", "alice@example.com=@server"});
  expect_refused(file, "--at is for another store", {"--at", "2026"});
  const auto none = import(file, {"--accounts", "nobody@*"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("no account \"nobody@*\" is in it"));
}

TEST_F(ImportTrouble, RefusesTheStoreItselfByWhateverPath) {
  make_scanned_store();
  fs::create_directory_symlink(store_, directory_ / "link");
  fs::copy(store_, directory_ / "copy", fs::copy_options::recursive);
  for (const auto& path : {store_, directory_ / "link", directory_ / "copy", store_ + "/../store/"}) {
    expect_usage_error(run({"import", path}), "this store itself", "yestermail import --help");
  }
}

TEST_F(ImportTrouble, RefusesANameThatIsTakenAndNamesTheWayOut) {
  make_scanned_store();
  const auto file = export_to("archive", {"alice@example.com"});
  const auto before = last_change();
  expect_usage_error(run({"import", file}), "which is scanned from", "yestermail import --help");
  EXPECT_THAT(run({"import", file}).err, HasSubstr("--map alice@example.com=NEW"));
  EXPECT_EQ(last_change(), before);
  EXPECT_EQ(run({"import", file, "--map", "alice@example.com=alice-then"}).status, 0);
  const auto eve = made_archive("another", listed(eve_as("alice-then")));
  expect_usage_error(run({"import", eve}), "was imported from elsewhere", "yestermail import --help");
}

TEST_F(ImportTrouble, RefusesALargeFileAndTakesTheRest) {
  const std::string cur = "accounts/eve@example.com/maildir/cur/";
  const auto file =
      made_archive("archive", listed(eve({{cur + "large:2,", std::string(5000, 'x')}, {cur + "small:2,", "small"}})));
  ToldImport progress;
  ImportOrder order;
  order.largest_file = 4000;
  order.spool_directory = directory_ / "";
  const auto recorder = open_recorder(world_, other_);
  const auto tally = import_archive({recorder->view(), recorder.get()}, file, order, progress);
  EXPECT_EQ(tally.failed, 1U);
  EXPECT_EQ(tally.recorded, 1U);
  ASSERT_EQ(progress.notes.size(), 2U);
  EXPECT_EQ(progress.notes.front().path, "cur/large:2,");
  EXPECT_THAT(progress.notes.front().why, HasSubstr("larger than a file may be"));
}

TEST_F(ImportTrouble, ReadsABombWithLittleMemory) {
  // 1 GiB of zeros, which zstd packs into some 30 KB; the program may have 900 MB of addresses.
  const auto list = directory_ / "bomb.d";
  for (const auto& [path, text] : eve({})) {
    fs::create_directories(fs::path(list + "/" + path).parent_path());
    if (!path.ends_with('/')) std::ofstream(list + "/" + path) << text;
  }
  const auto cur = list + "/accounts/eve@example.com/maildir/cur/";
  fs::create_directories(cur);
  std::ofstream(cur + "bomb:2,").close();
  fs::resize_file(cur + "bomb:2,", std::uintmax_t{1} << 30U);
  const auto file = directory_ / "bomb";
  ASSERT_EQ(test::run({"tar", "-C", list, "--zstd", "-cf", file, "README.txt", "export.json", "accounts"}).status, 0);
  ASSERT_LT(fs::file_size(file), 1U << 20U);
  // A sanitizer has terabytes of addresses for itself.
  const std::string limit = test::kSanitized ? "" : "ulimit -v 900000; ";
  const auto outcome = test::run(
      {"sh", "-c", limit + "exec \"$0\" import --store \"$1\" \"$2\" --dry-run --json", program_path(), other_, file});
  EXPECT_EQ(outcome.status, 5) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"recorded\":1"));
}

TEST_F(ImportTrouble, GoesOnWhereItWasKilled) {
  make_scanned_store();
  const auto file = export_to("archive");
  const auto shim =
      "LD_PRELOAD=" + (fs::read_symlink("/proc/self/exe").parent_path() / "libyestermail_kill_shim.so").string();
  const std::string asan = "ASAN_OPTIONS=verify_asan_link_order=0";
  const auto count = directory_ / "count";
  const std::vector<std::string> command{program_path(), "import", "--store", other_, file};
  ASSERT_EQ(test::run(command, {shim, asan, "YM_KILL_COUNT=" + count}).status, 0);
  std::uint64_t calls = 0;
  std::ifstream(count) >> calls;
  ASSERT_GT(calls, 8U);
  fs::remove_all(other_);
  create_store(world_, other_, {});
  std::uint64_t killed = 0;
  constexpr std::uint64_t kPoints = 6;
  for (std::uint64_t point = 1; point <= kPoints; ++point) {
    const auto at = point * calls / (kPoints + 1);
    const auto outcome = test::run(command, {shim, asan, "YM_KILL_AT=" + std::to_string(at)});
    if (outcome.signal == SIGKILL) ++killed;
    EXPECT_LE(accounts().size(), 4U);
  }
  EXPECT_GT(killed, 1U);
  EXPECT_EQ(test::run(command).status, 0);
  expect_imported();
  EXPECT_EQ(import_total(file).at("recorded"), 0);
  EXPECT_EQ(run({"check", "--store", other_}).status, 0);
}

TEST_F(ImportTrouble, SaysThatTheDiskIsFullAndGoesOnWithRoom) {
  make_scanned_store();
  const auto file = export_to("archive");
  const auto outcome = test::run({"sh", "-c", "trap '' XFSZ; ulimit -f 40; exec \"$0\" import --store \"$1\" \"$2\"",
                                  program_path(), other_, file});
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_NE(outcome.err, "");
  EXPECT_EQ(import(file).status, 0);
  expect_imported();
}

TEST_F(ImportTrouble, SaysWhoWritesToTheStore) {
  make_scanned_store();
  const auto file = export_to("archive");
  const auto recorder = open_recorder(world_, other_);
  const auto ran = import(file);
  EXPECT_EQ(ran.status, 4);
  EXPECT_THAT(ran.err, HasSubstr("is writing to this store"));
  EXPECT_EQ(import(file, {"--dry-run"}).status, 0) << "a dry run only reads";
}

TEST_F(ImportTrouble, TellsOfWhatItDoesNotTake) {
  make_scanned_store();
  bob().put("", "1700000000.M1.host:2,", "Subject: one\n\none\n");
  scan();
  fs::remove_all(mail_ + "/example.com/bob");
  scan();
  const auto rows = import_rows(export_to("archive", {"--history"}));
  EXPECT_EQ(rows.back().at("accounts"), 3);
  const auto skipped = rows_of(rows, "skipped");
  EXPECT_EQ(skipped.size(), 4U) << "three histories and the account that had ended";
  expect_imported();
}

}  // namespace
}  // namespace yestermail::test
