// SPDX-License-Identifier: GPL-3.0-or-later
// An export that is killed, whose disk is full, or whose store is damaged or hostile.
#include <fstream>

#include "base/error.h"
#include "tests/archive/export_fixture.h"
#include "tests/fs/damage.h"
#include "tests/support/store_script.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ExportTrouble : public ExportTest {
 protected:
  /// `script` is for sh; "$0" in it is the program, "$1" the file.
  Outcome shell(const std::string& script, std::vector<std::string> environment = {}) {
    environment.push_back("YESTERMAIL_STORE=" + store_);
    // A preloaded library comes before the sanitizers' own, which they refuse otherwise.
    environment.emplace_back("ASAN_OPTIONS=verify_asan_link_order=0");
    return test::run({"sh", "-c", script, program_path(), file_}, environment);
  }

  const std::string file_ = directory_ / "file";
};

TEST_F(ExportTrouble, LeavesNoFileWhereItIsKilled) {
  constexpr std::uint64_t kPoints = 6;
  make_scanned_store();
  const auto shim =
      "LD_PRELOAD=" + (fs::read_symlink("/proc/self/exe").parent_path() / "libyestermail_kill_shim.so").string();
  const auto count = directory_ / "count";
  const std::vector<std::string> command{program_path(), "export", "--store", store_, "--to", file_, "--history"};
  const std::string asan = "ASAN_OPTIONS=verify_asan_link_order=0";
  ASSERT_EQ(test::run(command, {shim, asan, "YM_KILL_COUNT=" + count}).status, 0);
  std::uint64_t calls = 0;
  std::ifstream(count) >> calls;
  ASSERT_GT(calls, 4U);
  std::uint64_t killed = 0;
  for (std::uint64_t point = 0; point < std::min(kPoints, calls); ++point) {
    const auto at = 1 + point * calls / std::min(kPoints, calls);
    SCOPED_TRACE("killed at call " + std::to_string(at) + " of " + std::to_string(calls));
    fs::remove(file_);
    const auto outcome = test::run(command, {shim, asan, "YM_KILL_AT=" + std::to_string(at)});
    if (outcome.signal == SIGKILL) ++killed;
    if (fs::exists(file_)) {
      EXPECT_EQ(test::run({"zstd", "-tq", file_}).status, 0) << "not a whole one";
      continue;
    }
    EXPECT_EQ(test::run(command).status, 0) << "what was left stands in nobody's way";
    EXPECT_EQ(test::run({"zstd", "-tq", file_}).status, 0);
    EXPECT_FALSE(fs::exists(file_ + ".part"));
  }
  EXPECT_GT(killed, 2U);
}

TEST_F(ExportTrouble, SaysThatTheDiskIsFullAndLeavesNothing) {
  make_scanned_store();
  // A file may have 64 blocks of 512 bytes; the writer is told so instead of being ended.
  const auto outcome = shell("trap '' XFSZ; ulimit -f 64; exec \"$0\" export --to \"$1\" --compression none");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("larger than a file may be here"));
  EXPECT_FALSE(fs::exists(file_));
  EXPECT_FALSE(fs::exists(file_ + ".part"));
  const auto full = shell("\"$0\" export --to - --compression none >/dev/full");
  EXPECT_EQ(full.status, 1);
  EXPECT_THAT(full.err, HasSubstr("No space left"));
}

TEST_F(ExportTrouble, FailsWhereItsReaderGoesAway) {
  make_scanned_store();
  const auto outcome = shell("{ \"$0\" export --to -; echo \"status $?\" >&2; } | exec true");
  EXPECT_THAT(outcome.err, HasSubstr("closed before the archive was whole"));
  EXPECT_THAT(outcome.err, HasSubstr("status 1\n"));
}

TEST_F(ExportTrouble, SaysWhereAFileCannotBe) {
  make_scanned_store();
  const auto ran = run({"export", "--to", directory_ / "no/such/file"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("no/such/file"));
  EXPECT_THAT(ran.err, HasSubstr("No such file or directory"));
}

class ExportOfAMadeStore : public ExportTest {
 protected:
  ExportOfAMadeStore() {
    create_store(world_, store_, {});
    recorder_ = open_recorder(world_, store_);
    perform(*recorder_, {StoreStep::Kind::kAddAccount, kEve});
    perform(*recorder_, {StoreStep::Kind::kRecord, kEve, {put_directory(kEve, ""), put_directory(kEve, "cur")}});
  }

  const std::string kEve = "eve@example.com";
  std::unique_ptr<Recorder> recorder_;
};

TEST_F(ExportOfAMadeStore, NamesWhatIsDamagedAndHasAllElse) {
  const auto mails = take_in_mails(*recorder_, kEve);
  recorder_.reset();
  damage_packs(store_);
  const auto extracted = export_and_extract({"--json"}, 3);
  const auto rows = ran_.json();
  std::size_t damaged = 0;
  for (const auto& row : rows) {
    if (row.at("what") != "damaged") continue;
    ++damaged;
    const auto path = row.at("path").get<std::string>();
    EXPECT_FALSE(fs::exists(extracted + "/" + path)) << path;
    EXPECT_THAT(ran_.err, HasSubstr(path + ": left out: "));
  }
  std::size_t there = 0;
  for (const auto& [name, bytes] : mails) {
    const auto path = extracted + "/accounts/" + kEve + "/maildir/cur/" + name;
    if (!fs::exists(path)) continue;
    ++there;
    EXPECT_EQ(read_text(path), bytes) << name;
  }
  EXPECT_GT(damaged, 0U);
  EXPECT_GT(there, 0U);
  EXPECT_EQ(there + damaged, mails.size());
  EXPECT_EQ(rows.back().at("damaged"), damaged);
  EXPECT_EQ(lines_of(extracted + "/manifest.jsonl").size(), there + 3);
}

TEST_F(ExportOfAMadeStore, LeavesOutWhatNoFileCanBeNamed) {
  const auto account = recorder_->view().account_named(kEve, kForever)->number;
  const auto cur = recorder_->view().lookup(account, kRootItem, "cur", kForever)->item;
  int taken = 0;
  for (const auto& name : {std::string("../../../../out"), std::string(".."), std::string("nul\0", 4)}) {
    for (const auto kind : {EntryKind::kDirectory, EntryKind::kMessage}) {
      Put put;
      put.item = recorder_->new_item(account);
      put.state.kind = kind;
      put.state.parent = cur;
      put.state.name = name;
      if (kind == EntryKind::kMessage) put.state.name += " ";
      try {
        recorder_->record(account, std::vector<Change>{put}, {});
        taken += put.state.name == ".. " ? 0 : 1;  // A good name of a file without bytes.
      } catch (const Error&) {                     // As well if the store takes no such name.
      }
    }
  }
  const auto extracted = export_and_extract({"--json"}, taken > 0 ? 5 : 0);
  EXPECT_EQ(ran_.json().back().at("failed"), taken);
  EXPECT_EQ(std::distance(fs::recursive_directory_iterator(extracted + "/accounts"), {}), 5);
  EXPECT_FALSE(fs::exists(directory_ / "out"));
}

TEST_F(ExportOfAMadeStore, HasWhatStandsBesideTheMail) {
  perform(*recorder_, {StoreStep::Kind::kRecord,
                       kEve,
                       {put_directory(kEve, "@home"), put_mail(kEve, "@home/.dovecot.sieve", "keep;"),
                        put_directory(kEve, "@control"), put_mail(kEve, "@control/uidlist", "3 V1")}});
  const auto extracted = export_and_extract() + "/accounts/" + kEve;
  EXPECT_EQ(read_text(extracted + "/home/.dovecot.sieve"), "keep;");
  EXPECT_EQ(read_text(extracted + "/control/uidlist"), "3 V1");
  EXPECT_FALSE(fs::exists(extracted + "/maildir/@home"));
  EXPECT_FALSE(fs::exists(extracted + "/maildir/@control"));
}

}  // namespace
}  // namespace yestermail::test
