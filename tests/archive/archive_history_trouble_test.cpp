// SPDX-License-Identifier: GPL-3.0-or-later
// Archives with a history that are cut, altered or made by a stranger.
#include <utility>

#include "archive/archive_history.h"
#include "archive/import_history.h"
#include "tests/archive/history_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using ::testing::HasSubstr;

const std::string kEve = "accounts/eve@example.com/";
const std::string kHelp = "yestermail import --help";

class ArchiveHistoryTrouble : public HistoryTest {
 protected:
  /// Status 3, a line that says `text`, and nothing is recorded.
  void expect_refused(const std::string& file, const std::string& text) {
    const auto ran = import(file, {"--history"});
    EXPECT_EQ(ran.status, 3) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(text));
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    EXPECT_TRUE(accounts().empty());
  }

  /// A plain archive in which the last byte of the last `word` is another one.
  std::string altered(const std::string& word) {
    const auto file = export_to("altered", {"--history", "--compression", "none"});
    auto bytes = read_text(file);
    const auto at = bytes.rfind(word);
    EXPECT_NE(at, std::string::npos);
    bytes[at + word.size() - 1] ^= 1;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }

  static ordered_json directory_line(std::uint64_t item, const std::string& name, std::uint64_t parent) {
    return {{"item", item},
            {"version", item},
            {"since", "2025-02-01T00:00:00Z"},
            {"until", nullptr},
            {"cause", "arrived"},
            {"kind", "directory"},
            {"folder", ""},
            {"name", name},
            {"parent", parent},
            {"mtime_ns", 1'000'000},
            {"mode", "0700"},
            {"uid", 1000},
            {"gid", 1000}};
  }
  /// A mail in cur/, which has these bytes.
  static ordered_json mail_line(const std::string& bytes = "one") {
    auto line = directory_line(3, "one:2,", 2);
    line["kind"] = "message";
    line["folder"] = "cur";
    line["size"] = bytes.size();
    line["digest"] = Digest::of(as_bytes(bytes)).hex();
    line["sender"] = "Eve";
    line["subject"] = "One";
    return line;
  }
  /// Eve's archive with these lines after those of her directories; `more` are further files.
  static Files eve_with(const std::vector<std::string>& lines, const Files& more = {}, int version = 1) {
    std::string text = directory_line(1, "", 0).dump() + "\n" + directory_line(2, "cur", 1).dump() + "\n";
    for (const auto& line : lines) text += line + "\n";
    auto files = eve({{kEve + "maildir/cur/one:2,", "one"}, {kEve + "history.jsonl", text}}, version);
    files.insert(files.end(), more.begin(), more.end());
    const std::string without = R"("history": false)";
    auto& record = files[1].second;
    record.replace(record.find(without), without.size(), R"("history": true)");
    return files;
  }
  std::string eve_archive(const std::vector<std::string>& lines) {
    return made_archive("archive-" + std::to_string(++count_), listed(eve_with(lines)));
  }
};

TEST_F(ArchiveHistoryTrouble, RefusesOneWithoutHistoryOneThatIsCutAndAnAlteredLine) {
  make_scanned_store();
  const auto file = export_to("archive");
  expect_usage_error(run({"import", "--store", other_, file, "--history"}), "has no history", kHelp);
  EXPECT_THAT(run({"import", "--store", other_, file, "--history"}).err, HasSubstr("Import it without --history"));
  EXPECT_TRUE(accounts().empty());
  for (const auto* const compression : {"none", "3"}) {
    const auto cut = export_to(std::string("cut-") + compression, {"--history", "--compression", compression});
    fs::resize_file(cut, fs::file_size(cut) * 9 / 10);
    expect_refused(cut, "is not whole: get a whole copy");
  }
  make_other_anew();
  expect_refused(altered(R"("cause":"arrived)"), "its history was altered");
}

TEST_F(ArchiveHistoryTrouble, RefusesAnAlteredAccount) {
  make_scanned_store();
  const auto file = altered(R"("layout": "maildir)");
  expect_refused(file, "its account.json");
  // The last one's is altered: of the others all can be had.
  make_other_anew();
  const auto ran = import(file, {"--history", "--accounts", "@example.com"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(accounts().size(), 2U);
}

TEST_F(ArchiveHistoryTrouble, LeavesOutTheVersionsWhoseBytesWereAltered) {
  make_store();
  alice().put("", "secret:2,", "Subject: Plover\n\nthe bytes of a mail\n");
  scan();
  alice().rename("", "secret:2,", "secret:2,S");
  scan();
  alice().remove("", "secret:2,S");
  scan();
  const auto file = altered("the bytes of a mail");
  const auto rows = import_rows(file, 3, {"--history"});
  const auto failed = rows_of(rows, "failed");
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed[0].at("account"), "alice@example.com");
  EXPECT_EQ(failed[0].at("path"), "cur/secret:2,");
  EXPECT_THAT(failed[0].at("why"), HasSubstr("its bytes are not in the archive, or were altered there"));
  EXPECT_EQ(failed[1].at("path"), "cur/secret:2,S");
  EXPECT_EQ(rows.back().at("damaged"), 2);
  expect_imported();
  const auto before = last_instant();
  EXPECT_EQ(import_total(file, 0, {"--history"}).at("recorded"), 0);
  EXPECT_EQ(last_instant(), before);
}

TEST_F(ArchiveHistoryTrouble, TakesWhatIsAsItShouldBe) {
  auto file = mail_line();
  file["kind"] = "file";
  file["item"] = file["version"] = 4;
  file["name"] = "empty";
  file["size"] = 0;
  file["digest"] = nullptr;
  const auto rows = import_rows(eve_archive({mail_line().dump(), file.dump()}), 0, {"--history"});
  EXPECT_EQ(rows.back().at("recorded"), 2);
  const auto view = open_view(world_, other_);
  const auto number = view->account_named("eve@example.com", kForever)->number;
  const auto found = view->item_at(number, ItemId{3}, kForever);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state.name, "one:2,");
  EXPECT_EQ(found->state.subject, "One");
  EXPECT_EQ(found->state.parent, ItemId{2});
}

TEST_F(ArchiveHistoryTrouble, DoesNotBringBackWhatWasErased) {
  auto again = mail_line();  // The same mail, read.
  again["version"] = 4;
  again["name"] = "one:2,S";
  again["cause"] = "renamed";
  again["since"] = "2025-03-01T00:00:00Z";
  auto first = mail_line();
  first["until"] = again["since"];
  const auto digest = Digest::of(as_bytes("one"));
  ImportOrder order;
  order.spool_directory = directory_ / "";
  order.is_erased = [&](const std::string& here, const std::string& there, const Digest& content) {
    return here == "eve@example.com" && there == here && content == digest;
  };
  ArchiveHistory source(eve_archive({first.dump(), again.dump()}), order);
  HistoryClock clock(before_history(source, order));
  ToldImport progress;
  {
    const auto recorder = open_recorder({real_disk_, clock, log_}, other_);
    import_history({recorder->view(), recorder.get()}, source, {}, clock, order, progress);
  }
  const auto skipped = progress.of(ImportFate::kSkipped);
  ASSERT_EQ(skipped.size(), 2U);
  EXPECT_EQ(skipped.front().path, "cur/one:2,");
  EXPECT_EQ(skipped.front().why, "erased");
  const auto view = open_view(world_, other_);
  const auto number = view->account_named("eve@example.com", kForever)->number;
  EXPECT_TRUE(view->with_content(number, digest).empty());
  EXPECT_THROW(static_cast<void>(view->open_blob(number, digest)), Error);
  EXPECT_TRUE(view->item_at(number, ItemId{2}, kForever)) << "its directory is there";
}

TEST_F(ArchiveHistoryTrouble, NamesWhatHasNoContent) {
  auto other = mail_line("two");
  other["item"] = other["version"] = 4;
  other["name"] = "two:2,";
  other["since"] = "2025-03-01T00:00:00Z";
  auto longer = mail_line();  // It says that it is longer than its content.
  longer["item"] = longer["version"] = 5;
  longer["name"] = "longer:2,";
  longer["size"] = 4;
  const auto file = eve_archive({mail_line().dump(), longer.dump(), other.dump()});
  const auto planned = import_rows(file, 3, {"--history", "--dry-run"});
  EXPECT_EQ(planned.back().at("failed"), 1) << "sizes are compared when bytes are";
  const auto rows = import_rows(file, 3, {"--history"});
  const auto failed = rows_of(rows, "failed");
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed[0].at("path"), "cur/longer:2,");
  EXPECT_EQ(failed[1].at("path"), "cur/two:2,");
  EXPECT_EQ(rows.back().at("recorded"), 1);
  // What could not be had is not missed where the store goes on by itself.
  ASSERT_EQ(run({"snapshot", "create", "here", "--store", other_}).status, 0);
  EXPECT_EQ(import_total(file, 0, {"--history"}).at("recorded"), 0);
}

TEST_F(ArchiveHistoryTrouble, RefusesLinesThatNoHistoryHas) {
  const auto with = [](const std::string& member, const ordered_json& value) {
    auto line = mail_line();
    line[member] = value;
    return line.dump();
  };
  auto without_parent = mail_line();
  without_parent.erase("parent");
  const std::vector<std::string> lines{
      "no JSON",
      "[]",
      std::string(100'000, '['),
      without_parent.dump(),
      with("name", "../../etc/passwd"),
      with("name", ".."),
      with("name", ""),
      with("name", std::string(256, 'x')),
      with("name", "x\\x00y"),
      with("item", 0),
      with("item", 1),
      with("item", -3),
      with("item", std::uint64_t{1} << 63U),
      with("version", 0),
      with("parent", 0),
      with("kind", "account"),
      with("kind", "fifo"),
      with("cause", "appeared"),
      with("size", -1),
      with("digest", "12"),
      with("digest", nullptr),
      with("mode", "4755"),
      with("mode", "rwx"),
      with("uid", std::uint64_t{1} << 32U),
      with("mtime_ns", std::uint64_t{1} << 63U),
      with("mtime_ns", 1.5),
      with("since", "some day"),
      with("until", "some day"),
      with("until", "2025-02-01T00:00:00Z"),
      with("subject", std::string(201, 'x')),
  };
  for (const auto& line : lines) {
    SCOPED_TRACE(line.substr(0, 400));
    expect_refused(eve_archive({line}), "its history cannot be understood at line 3");
  }
  expect_refused(eve_archive({with("since", "2025-01-31T00:00:00Z")}), "its history is not in the order of time");
  expect_refused(eve_archive({mail_line().dump(), std::string(2U << 20U, ' ')}), "a line that is longer than any");
}

TEST_F(ArchiveHistoryTrouble, RefusesATimeWhenTheAccountWasNotThere) {
  const auto expect = [&](const std::string& since, const std::string& until, const std::string& text) {
    SCOPED_TRACE(since);
    make_other_anew();
    auto files = eve_with({mail_line().dump()});
    auto account = ordered_json::parse(files[3].second);
    account["since"] = since;
    account["until"] = until.empty() ? ordered_json(nullptr) : ordered_json(until);
    files[3].second = account.dump();
    expect_refused(made_archive("archive-" + std::to_string(++count_), listed(files)), text);
  };
  const std::string when = "tells at line 1 of a time when the account was not there";
  expect("2025-02-01T00:00:00Z", "", when);
  expect("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z", when);
  expect("2027-01-01T00:00:00Z", "", "tells of no time that can be");
  expect("never", "", "tells of no time that can be");
  expect("2025-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "tells of no time that can be");
}

TEST_F(ArchiveHistoryTrouble, RefusesANewerFormatAndOneWithoutItsHistoryFile) {
  const auto ran = import(made_archive("newer", listed(eve_with({}, {}, 2))), {"--history"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("has version 2 of the archive's format"));
  EXPECT_TRUE(accounts().empty());
  make_other_anew();
  auto files = listed(eve_with({mail_line().dump()}));
  std::erase_if(files, [](const auto& file) { return file.first.ends_with("history.jsonl"); });
  expect_refused(made_archive("archive", files), "its history is not in the archive");
}

TEST_F(ArchiveHistoryTrouble, TakesNoPathThatLeadsElsewhereAndNoLink) {
  const auto files = eve_with({mail_line().dump()}, {{kEve + "maildir/cur/../../../../x", "dots"},
                                                     {kEve + "maildir/cur/link:2,", "-> /etc/passwd"},
                                                     {kEve + "other/file", "no part of it"}});
  const auto file = made_archive("archive", listed(files), {"-P"});
  const auto rows = import_rows(file, 5, {"--history"});
  EXPECT_EQ(rows_of(rows, "failed").size(), 3U) << rows.back();
  EXPECT_EQ(rows.back().at("recorded"), 1);
  const auto tree = extracted() + "/accounts/eve@example.com/maildir/";
  EXPECT_EQ(read_text(tree + "cur/one:2,"), "one");
  EXPECT_EQ(std::distance(fs::recursive_directory_iterator(tree), {}), 2);
}

}  // namespace
}  // namespace yestermail::test
