// SPDX-License-Identifier: GPL-3.0-or-later
// What comes in: from an archive, another store, a tree; again, in part, under other names.
#include <cctype>

#include "tests/archive/import_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// "~k3f9" is "~".
std::string without_tags(const std::string& text) {
  std::string result;
  bool in_tag = false;
  for (const char c : text) {
    in_tag = in_tag && std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (!in_tag) result += c;
    in_tag = in_tag || c == '~';
  }
  return result;
}

TEST_F(ImportTest, TakesInAnArchiveAsItWas) {
  make_scanned_store();
  for (const auto& compression : {"3", "none"}) {
    const auto file = export_to(std::string("archive-") + compression, {"--compression", compression});
    const auto rows = import_rows(file);
    EXPECT_EQ(rows.back().at("what"), "total");
    EXPECT_EQ(rows.back().at("failed"), 0);
    EXPECT_EQ(rows.back().at("accounts"), 4);
    EXPECT_EQ(rows_of(rows, "recorded").size(), rows.back().at("recorded").get<std::size_t>());
    expect_imported();
    fs::remove_all(other_);
    create_store(world_, other_, {});
  }
}

TEST_F(ImportTest, GivesMessagesTheNamesThatAScanGivesThem) {
  make_scanned_store();
  ASSERT_EQ(import(export_to("archive")).status, 0);
  const auto list = [&](const std::string& store) {
    const auto ran = run({"list", "--store", store, "alice@example.com/INBOX"});
    EXPECT_EQ(ran.status, 0) << ran.err;
    return without_tags(ran.out);  // Items have other numbers here.
  };
  EXPECT_NE(list(store_), "");
  EXPECT_EQ(list(store_), list(other_));
}

TEST_F(ImportTest, RecordsNothingTheSecondTime) {
  make_scanned_store();
  const auto file = export_to("archive");
  const auto first = import_total(file);
  const auto before = last_instant();
  const auto second = import_total(file);
  EXPECT_EQ(second.at("recorded"), 0);
  EXPECT_EQ(second.at("directories"), 0);
  EXPECT_EQ(second.at("already_there"), first.at("recorded"));
  EXPECT_EQ(last_instant(), before);
}

TEST_F(ImportTest, TakesInAnotherStoreAtAnyInstant) {
  make_scanned_store();
  copy_mail(directory_ / "then");
  const auto then = last_change();
  change_small_server(mail_, 1);
  scan();
  EXPECT_EQ(import_total(store_, 0, {"--at", then}).at("failed"), 0);
  expect_trees(extracted(), maildirs(directory_ / "then"));
  const auto before = last_instant();
  EXPECT_EQ(import_total(store_, 0, {"--at", then}).at("recorded"), 0);
  EXPECT_EQ(last_instant(), before);
  EXPECT_GT(import_total(store_).at("recorded"), 0);
}

TEST_F(ImportTest, IsOfOneOriginWhateverWayAnAccountComes) {
  make_scanned_store();
  ASSERT_EQ(import(export_to("archive")).status, 0);
  const auto total = import_total(store_);
  EXPECT_EQ(total.at("recorded"), 0) << total;
  EXPECT_EQ(accounts().size(), 4U);
}

TEST_F(ImportTest, RenamesAMessageWhoseFlagsChanged) {
  alice().put("", "1700000000.M1.host:2,", "Subject: one\n\none\n");
  make_scanned_store();
  ASSERT_EQ(import(export_to("before")).status, 0);
  alice().rename("", "1700000000.M1.host:2,", "1700000000.M1.host:2,S");
  alice().put("", "1700000001.M1.host:2,", "Subject: two\n\ntwo\n");
  scan();
  const auto rows = import_rows(export_to("after"));
  EXPECT_EQ(rows.back().at("recorded"), 2) << rows.back();
  const auto view = open_view(world_, other_);
  const auto account = view->account_named("alice@example.com", kForever)->number;
  const auto cur = view->lookup(account, kRootItem, "cur", kForever)->item;
  EXPECT_FALSE(view->lookup(account, cur, "1700000000.M1.host:2,", kForever));
  const auto renamed = view->lookup(account, cur, "1700000000.M1.host:2,S", kForever);
  ASSERT_TRUE(renamed);
  EXPECT_EQ(renamed->cause, Cause::kRenamed);
  EXPECT_EQ(renamed->state.subject, "one");
  EXPECT_EQ(view->history(account, renamed->item).size(), 2U);
  EXPECT_EQ(renamed->body, view->history(account, renamed->item).front().id);
}

TEST_F(ImportTest, KeepsWhatAnEarlierImportBroughtAndIsGone) {
  alice().put("", "1700000000.M1.host:2,", "Subject: one\n\none\n");
  make_scanned_store();
  ASSERT_EQ(import(export_to("before")).status, 0);
  alice().remove("", "1700000000.M1.host:2,");
  alice().write("subscriptions", "Other\n");
  scan();
  const auto rows = import_rows(export_to("after"));
  ASSERT_EQ(rows_of(rows, "recorded").size(), 1U) << rows.back();
  EXPECT_EQ(rows_of(rows, "recorded").front().at("path"), "subscriptions");
  const auto alice = extracted() + "/accounts/alice@example.com/maildir/";
  EXPECT_TRUE(fs::exists(alice + "cur/1700000000.M1.host:2,"));
  EXPECT_EQ(read_text(alice + "subscriptions"), "Other\n");
}

TEST_F(ImportTest, TakesTheAccountsThatAreNamedUnderTheNamesThatAreGiven) {
  make_scanned_store();
  const auto file = export_to("archive");
  EXPECT_EQ(
      import_total(file, 0, {"--accounts", "alice@*", "--map", "alice@example.com=alice@new.example"}).at("accounts"),
      1);
  ASSERT_EQ(accounts().size(), 1U);
  EXPECT_EQ(accounts().front().name, "alice@new.example");
  EXPECT_THAT(accounts().front().source, ::testing::StartsWith("import:store:"));
  EXPECT_EQ(accounts().front().layout, "maildir++");
  const auto tree = extracted() + "/accounts/alice@new.example/maildir";
  EXPECT_EQ(joined(compare_trees(alice().root(), tree)), "");
}

TEST_F(ImportTest, TakesInATreeAndAddsToIt) {
  alice().put("", "1700000000.M1.host:2,", "Subject: one\n\none\n");
  ASSERT_EQ(import(source_).status, 0);
  expect_imported();
  const auto before = last_instant();
  EXPECT_EQ(import_total(source_).at("recorded"), 0);
  EXPECT_EQ(last_instant(), before);
  alice().remove("", "1700000000.M1.host:2,");
  alice().put("", "1700000001.M1.host:2,S", "Subject: two\n\ntwo\n");
  const auto rows = import_rows(source_);
  EXPECT_EQ(rows.back().at("recorded"), 1);
  const auto recorded = rows_of(rows, "recorded");
  ASSERT_EQ(recorded.size(), 1U);
  EXPECT_EQ(recorded.front().at("account"), "alice@example.com");
  EXPECT_EQ(recorded.front().at("path"), "cur/1700000001.M1.host:2,S");
  EXPECT_EQ(rows_of(rows, "already there").size(), rows.back().at("already_there").get<std::size_t>());
  const auto cur = extracted() + "/accounts/alice@example.com/maildir/cur/";
  EXPECT_TRUE(fs::exists(cur + "1700000000.M1.host:2,")) << "an import adds";
  EXPECT_TRUE(fs::exists(cur + "1700000001.M1.host:2,S"));
  ASSERT_EQ(import(source_, {"--accounts", "bob@*", "--map", "bob@example.com=robert"}).status, 0);
  EXPECT_EQ(accounts().size(), 5U);
}

TEST_F(ImportTest, ShowsWhatItWouldDoAndDoesNot) {
  make_scanned_store();
  const auto file = export_to("archive");
  for (const auto& from : {file, store_}) {
    const auto rows = import_rows(from, 0, {"--dry-run"});
    EXPECT_EQ(rows.back().at("accounts"), 4);
    EXPECT_EQ(rows_of(rows, "would record").size(), rows.back().at("recorded").get<std::size_t>());
    EXPECT_GT(rows.back().at("recorded"), 50);
  }
  const auto rows = import_rows(source_, 0, {"--dry-run"});
  EXPECT_EQ(rows_of(rows, "would begin").size(), 4U);
  EXPECT_TRUE(accounts().empty());
  ASSERT_EQ(import(file).status, 0);
  EXPECT_EQ(import_total(file, 0, {"--dry-run"}).at("recorded"), 0);
}

TEST_F(ImportTest, LeavesOutWhatWasErased) {
  make_scanned_store();
  const auto mail = sample_mail(77);
  alice().put("", "1700000000.M1.host:2,", mail);
  scan();
  const auto file = export_to("archive");
  ToldImport progress;
  ImportOrder order;
  order.spool_directory = directory_ / "";
  order.is_erased = [&](const std::string&, const std::string&, const Digest& content) {
    return content == Digest::of(as_bytes(mail));
  };
  {
    const auto recorder = open_recorder(world_, other_);
    import_archive({recorder->view(), recorder.get()}, file, order, progress);
  }
  const auto skipped = progress.of(ImportFate::kSkipped);
  ASSERT_EQ(skipped.size(), 1U);
  EXPECT_EQ(skipped.front().path, "cur/1700000000.M1.host:2,");
  EXPECT_EQ(skipped.front().why, "erased");
  const auto view = open_view(world_, other_);
  const auto account = view->account_named("alice@example.com", kForever)->number;
  EXPECT_THROW(view->open_blob(account, Digest::of(as_bytes(mail))), Error) << "not even its bytes";
}

TEST_F(ImportTest, TakesInALargeFileThroughTheDisk) {
  std::string large(std::size_t{9} << 20U, 'x');
  for (std::size_t i = 0; i < large.size(); i += 1021) large[i] = static_cast<char>('a' + i % 26);
  alice().put("", "1700000000.M1.host:2,", "Subject: large\n\n" + large);
  make_scanned_store();
  ASSERT_EQ(import(export_to("archive")).status, 0);
  expect_imported();
  EXPECT_THAT(run({"list", "--store", other_, "alice@example.com/INBOX"}).out, HasSubstr("large"));
}

}  // namespace
}  // namespace yestermail::test
