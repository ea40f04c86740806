// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/settings.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "base/instant_text.h"
#include "policy/holds.h"
#include "policy/retention.h"
#include "policy/setting_check.h"
#include "policy/snapshots.h"
#include "store/server_account.h"
#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Settings : public StoreFixture {
 protected:
  Settings() : recorder_(open()) {}

  void put(const Setting& setting, Existing existing = Existing::kReplace) {
    clock_.advance_seconds(60);
    put_setting(*recorder_, setting, existing, clock_.now());
  }
  /// A setting whose text is none of ours.
  void put_text(const std::string& name, const std::string& text) {
    auto state = file(name, text, kSettingsDirectory);
    state.kind = EntryKind::kFile;
    const std::vector<Change> changes{Put{recorder_->new_item(kServerAccount), Cause::kArrived, state, {}}};
    const std::vector<Bytes> blobs{to_bytes(text)};
    recorder_->record(kServerAccount, changes, blobs);
  }
  void expect_error(Errc code, const std::string& text, const std::function<void()>& work) {
    try {
      work();
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(text));
    }
  }
  View& view() { return recorder_->view(); }

  std::unique_ptr<Recorder> recorder_;
};

TEST_F(Settings, KeepsEveryByteOfATextOverReopening) {
  Setting setting{"hold a \xc3\xa9", {}, {}, {}};
  setting.fields.texts["note"] = "\xff \\ \\x41 \n \xe2\x82\xac";
  setting.fields.lists["accounts"] = {"\xfe*", "b\\"};
  put(setting);
  recorder_.reset();
  recorder_ = open();
  const auto found = setting_named(view(), setting.name);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->fields.texts, setting.fields.texts);
  EXPECT_EQ(found->fields.lists, setting.fields.lists);
  EXPECT_EQ(found->since, view().last_instant());
}

TEST_F(Settings, ReplacesRefusesAndRemoves) {
  put(setting_of(Hold{"case", {"a"}, "", {}}));
  const auto before = view().last_instant();
  expect_error(Errc::kFailed, "there is a hold case already", [&] {
    put(setting_of(Hold{"case", {"b"}, "", {}}), Existing::kRefuse);
  });
  put(setting_of(Hold{"case", {"c"}, "", {}}));
  ASSERT_EQ(holds(view()).size(), 1U);
  EXPECT_THAT(holds(view()).front().accounts, ElementsAre("c"));
  // It has a history.
  const auto then = view().lookup(kServerAccount, kSettingsDirectory, "hold case", before);
  ASSERT_TRUE(then);
  EXPECT_THAT(read_blob(view(), kServerAccount, *then->state.digest), HasSubstr("\"a\""));
  remove_setting(*recorder_, "hold case");
  EXPECT_THAT(holds(view()), IsEmpty());
  expect_error(Errc::kNotFound, "hold case", [&] { remove_setting(*recorder_, "hold case"); });
}

TEST_F(Settings, TellsKindsApartByTheirFirstWord) {
  put(setting_of(Hold{"snapshot b", {"a"}, "", {}}));
  put(setting_of(Snapshot{"b", Instant{5'000'000}, "", {}, {}}));
  put(setting_of(RetentionRule{"a", {}}));
  EXPECT_EQ(holds(view()).size(), 1U);
  EXPECT_EQ(snapshots(view()).size(), 1U);
  EXPECT_EQ(retention_rules(view()).size(), 1U);
}

TEST_F(Settings, RefusesNamesThatCannotBeThoseOfFiles) {
  for (const auto& name : {std::string("hold a/b"), std::string("hold a\nb"), "hold " + std::string(260, 'x')}) {
    expect_error(Errc::kUsage, "the name of a setting", [&] { put({name, {}, {}, {}}); });
  }
  Setting large{"hold a", {}, {}, {}};
  large.fields.texts["note"] = std::string(100'000, 'x');
  expect_error(Errc::kUsage, "bytes", [&] { put(large); });
}

TEST_F(Settings, WhatCannotBeReadIsDamageAndNamed) {
  put_text("hold broken", "{");
  put_text("retention global", R"({"versions":"soon"})");
  put_text("snapshot odd", R"({"at":"yesterday"})");
  put_text("snapshot yesterday", R"({"at":"2026-01-01"})");
  put_text("snapshot list", R"({"at":[7]})");
  expect_error(Errc::kDamage, "hold broken", [&] { holds(view()); });
  expect_error(Errc::kDamage, "retention global", [&] { retention_rules(view()); });
  expect_error(Errc::kDamage, "snapshot", [&] { snapshots(view()); });
  put(setting_of(Snapshot{"good", Instant{5'000'000}, "", {}, {}}));
  const auto readable = readable_snapshots(view(), log_);
  ASSERT_EQ(readable.size(), 1U);
  EXPECT_EQ(readable.front().name, "good");
  EXPECT_EQ(log_.lines().size(), 3U);
  remove_setting(*recorder_, "hold broken");
  EXPECT_THAT(holds(view()), IsEmpty());
}

TEST_F(Settings, AHoldWithoutAccountsIsNoneAndStopsWhoRemoves) {
  put_text("hold empty", R"({"note":"x"})");
  expect_error(Errc::kDamage, "nothing is removed", [&] { holds(view()); });
}

TEST_F(Settings, SnapshotsKeepTheMicrosecond) {
  const Instant at{1'795'341'600'123'456};
  put(setting_of(Snapshot{"before-move", at, "the \xff day", {}, {}}));
  const auto found = snapshot_named(view(), "before-move");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->at, at);
  EXPECT_EQ(found->note, "the \xff day");
  EXPECT_EQ(found->created, view().last_instant());
  EXPECT_FALSE(snapshot_named(view(), "before"));
  EXPECT_FALSE(snapshot_named(view(), "latest"));
}

TEST(SnapshotName, IsAPlainNameThatMeansNothingElse) {
  for (const auto* name : {"a", "before-move", "v1.2_x", "Q3+Q4", "2026-audit", "santiago", "1st"}) {
    EXPECT_EQ(is_snapshot_name(name), std::string(name) != "santiago") << name;
  }
  for (const auto* name : {"",      ".",       "..",        "a..b",     "a.",      "-x",         ".x",
                           "a b",   "a/b",     "a\n",       "\xc3\xa9", "a~b",     "@a",         "latest",
                           "at",    "maildir", "deleted",   "history",  "changes", "search",     "README.txt",
                           "now",   "today",   "yesterday", "2026",     "2026-11", "2026-11-22", "2026-11-22T10-15-07Z",
                           "3h-ago"}) {
    EXPECT_FALSE(is_snapshot_name(name)) << name;
  }
  EXPECT_TRUE(is_snapshot_name(std::string(100, 'a')));
  EXPECT_FALSE(is_snapshot_name(std::string(101, 'a')));
  EXPECT_THROW(require_snapshot_name("latest"), Error);
  EXPECT_NO_THROW(require_snapshot_name("a"));
}

TEST(SettingCheck, TakesWhatIsOneOfOursAndNothingElse) {
  check_setting(setting_of(Snapshot{"a", Instant{7}, "", {}, {}}));
  check_setting(setting_of(Hold{"a", {"b"}, "", {}}));
  check_setting(setting_of(RetentionRule{"@example.com", {parse_age("1d"), {}, {}}}));
  const std::vector<Setting> bad{{"other a", {}, {}, {}},
                                 {"hold a", {}, {}, {}},
                                 {"snapshot a", {}, {}, {}},
                                 {"snapshot", {}, {}, {}},
                                 {"", {}, {}, {}},
                                 setting_of(RetentionRule{"@Example.com", {}}),
                                 setting_of(RetentionRule{"", {}}),
                                 setting_of(Snapshot{"latest", Instant{7}, "", {}, {}})};
  for (const auto& setting : bad) {
    try {
      check_setting(setting);
      ADD_FAILURE() << setting.name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::kUsage) << setting.name;
    }
  }
}

}  // namespace
}  // namespace yestermail::test
