// SPDX-License-Identifier: GPL-3.0-or-later
// What a scan makes of accounts that were imported, and an import of what scans record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "store/origin.h"
#include "tests/scanner/scan_world.h"

namespace yestermail::test {
namespace {

class ScanImported : public ::testing::Test, protected ScanWorld {
 protected:
  /// As an import from an archive leaves it, with a folder that the live mailbox has not.
  AccountNumber add_imported(const std::string& name) {
    Account profile;
    profile.name = name;
    profile.source = imported_source(Uuid::random(), Uuid::random());
    profile.layout = "maildir++";
    const auto number = recorder->add_account(profile);
    Put root;
    root.item = kRootItem;
    root.state.kind = EntryKind::kDirectory;
    Put old;
    old.item = recorder->new_item(number);
    old.state.kind = EntryKind::kDirectory;
    old.state.parent = kRootItem;
    old.state.name = ".Old";
    recorder->record(number, std::vector<Change>{root, old}, {});
    return number;
  }
  ScanOptions import_options(const std::string& name) {
    ScanOptions options;
    options.import.emplace();
    options.import->emplace("alice@example.com", name);
    return options;
  }
  std::vector<Account> alices(Instant at = kForever) {
    auto found = view().accounts(at);
    std::erase_if(found, [](const Account& account) { return account.name != "alice@example.com"; });
    return found;
  }
};

TEST_F(ScanImported, LeavesImportedAccountsThatNoTreeBearsAlone) {
  const auto carol = add_imported("carol@example.com");
  box().put("", "1:2,", sample_mail(1));
  const auto report = scan();
  EXPECT_EQ(report.accounts_ended, 0U);
  const auto found = view().account(carol);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->until, kForever);
  EXPECT_TRUE(view().lookup(carol, kRootItem, ".Old", kForever));
  EXPECT_EQ(scan().accounts_ended, 0U);
}

TEST_F(ScanImported, BeginsTheLiveMailboxAnewWhereItsNameWasImported) {
  const auto imported = add_imported("alice@example.com");
  const auto then = view().last_instant();
  box().put("", "1:2,", sample_mail(1));
  const auto report = scan_exactly();
  EXPECT_EQ(report.accounts_added, 1U);
  EXPECT_EQ(report.accounts_ended, 1U);
  EXPECT_EQ(report.items_deleted, 0U) << "nothing of it was seen to go";
  ASSERT_EQ(alices().size(), 1U);
  EXPECT_NE(alices().front().number, imported);
  EXPECT_FALSE(is_imported(alices().front()));
  ASSERT_EQ(alices(then).size(), 1U);
  EXPECT_EQ(alices(then).front().number, imported);
  EXPECT_TRUE(view().lookup(imported, kRootItem, ".Old", kForever));
  EXPECT_EQ(scan_exactly().accounts_added, 0U) << "once";
}

TEST_F(ScanImported, TakesNoAccountThatComesFromElsewhere) {
  box().put("", "1:2,", sample_mail(1));
  add_imported("other@example.com");
  EXPECT_THROW(scan(import_options("other@example.com")), Error);
  EXPECT_EQ(scan().accounts_added, 1U);
  EXPECT_THROW(scan(import_options("alice@example.com")), Error);
  EXPECT_EQ(scan(import_options("alice-then")).accounts_added, 1U);
}

TEST_F(ScanImported, ImportsWithoutEndingAnything) {
  box().put("", "1:2,", sample_mail(1));
  box().make_folder(".Sub");
  box().put(".Sub", "2:2,", sample_mail(2));
  scan(import_options("copy"));
  box().remove("", "1:2,");
  box().remove_folder(".Sub");
  box().put("", "3:2,", sample_mail(3));
  EXPECT_EQ(scan(import_options("copy")).items_arrived, 1U);
  const auto copy = account("copy");
  const auto cur = view().lookup(copy, kRootItem, "cur", kForever)->item;
  EXPECT_TRUE(view().lookup(copy, cur, "1:2,", kForever));
  EXPECT_TRUE(view().lookup(copy, cur, "3:2,", kForever));
  EXPECT_TRUE(view().lookup(copy, kRootItem, ".Sub", kForever));
  EXPECT_EQ(scan(import_options("copy")).items_arrived, 0U);
}

}  // namespace
}  // namespace yestermail::test
