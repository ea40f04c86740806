// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/erasures.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "policy/erasure_writer.h"
#include "policy/setting_files.h"
#include "policy/settings.h"
#include "tests/store/store_fixture.h"
#include "tests/support/store_search.h"

namespace yestermail::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class ErasuresTest : public StoreFixture {
 protected:
  ErasuresTest() : recorder_(open()), alice_(add_account(*recorder_, kAlice)) {}

  ItemId put(const std::string& content) {
    clock_.advance_seconds(60);
    const auto item = recorder_->new_item(alice_);
    StoreFixture::put(*recorder_, alice_, item, "m" + std::to_string(item.value), content);
    return item;
  }
  std::uint64_t remember(const std::vector<PurgeRequest>& requests, const std::string& note = "") {
    clock_.advance_seconds(60);
    return remember_erased(*recorder_, requests, note, clock_.now());
  }
  std::uint64_t remember_item(ItemId item) {
    PurgeRequest request{alice_, false, {}};
    for (const auto& version : view().history(alice_, item)) request.versions.push_back(version.id);
    return remember({request});
  }
  bool has(const std::string& account, const std::string& content) {
    return Erasures::read(view()).contains(account, digest(content));
  }
  static Digest digest(const std::string& content) { return Digest::of(as_bytes(content)); }
  View& view() { return recorder_->view(); }

  static constexpr const char* kAlice = "Alice@Example.com";
  std::unique_ptr<Recorder> recorder_;
  AccountNumber alice_;
};

TEST_F(ErasuresTest, RememberAContentOfItsAccountOverReopening) {
  const auto item = put("secret");
  put("other");
  EXPECT_TRUE(Erasures::read(view()).empty());
  EXPECT_EQ(remember_item(item), 1U);
  recorder_.reset();
  recorder_ = open();
  EXPECT_TRUE(has(kAlice, "secret"));
  EXPECT_TRUE(has("alice@example.COM", "secret")) << "names of accounts differ in more than their letters' case";
  EXPECT_FALSE(has(kAlice, "other"));
  EXPECT_FALSE(has("bob@example.com", "secret")) << "who else got the mail keeps it";
}

TEST_F(ErasuresTest, TellWhatHasComeBackFromWhatArrivedLater) {
  const auto item = put("secret");
  const auto before = view().last_instant();
  remember_item(item);
  const auto erased = Erasures::read(view());
  EXPECT_TRUE(erased.contains(kAlice, digest("secret"), before));
  const auto again = put("secret");
  EXPECT_FALSE(erased.contains(kAlice, digest("secret"), view().last_instant()));
  EXPECT_TRUE(erased.contains(kAlice, digest("secret"))) << "an import has no such instant";
  EXPECT_EQ(remember_item(again), 1U) << "erased again, and that counts from now";
  EXPECT_TRUE(Erasures::read(view()).contains(kAlice, digest("secret"), before));
  EXPECT_TRUE(Erasures::read(view()).contains(kAlice, digest("secret"), erasure_notes(view()).front().at));
  EXPECT_EQ(remember_item(again), 0U);
}

TEST_F(ErasuresTest, RememberAllThatAnAccountEverHad) {
  const auto item = put("first");
  StoreFixture::put(*recorder_, alice_, item, "m", "second", Cause::kChanged);
  put("");
  recorder_->end_account(alice_);
  EXPECT_EQ(remember({{alice_, true, {}}}, "asked for by letter"), 3U) << "two contents, and the account's entry";
  EXPECT_TRUE(has(kAlice, "first"));
  EXPECT_TRUE(has(kAlice, "second"));
  EXPECT_FALSE(has(kAlice, "")) << "empty files are alike by chance";
  const auto entry = view().history(kServerAccount, ItemId{alice_.value}).front();
  EXPECT_TRUE(Erasures::read(view()).contains("@server", entry.state.digest.value(), entry.since));
  const auto notes = erasure_notes(view());
  ASSERT_EQ(notes.size(), 1U);
  const auto& note = notes.front();
  EXPECT_EQ(note.contents, 3U);
  EXPECT_EQ(note.note, "asked for by letter");
  EXPECT_EQ(note.at, view().last_instant());
  EXPECT_EQ(note.id.size(), 16U);
}

TEST_F(ErasuresTest, KeepNeitherDigestNorName) {
  const auto item = put("secret");
  remember_item(item);
  const auto file = setting_files(view(), kErasedWord).front();
  const auto text = read_blob(view(), kServerAccount, *file.state.digest);
  const auto content = digest("secret");
  EXPECT_EQ(text.find(as_text(content.bytes().first(8))), std::string::npos);
  EXPECT_EQ(text.find("lice"), std::string::npos);
  // Another store marks the same content otherwise.
  EXPECT_NE(random_erasure_key(), random_erasure_key());
  EXPECT_NE(erasure_mark(random_erasure_key(), kAlice, digest("secret")),
            erasure_mark(random_erasure_key(), kAlice, digest("secret")));
  // The same store does not.
  put_setting_file(*recorder_, "hold a", to_bytes("{}"), clock_.now());
  remember_item(put("more"));
  const auto files = setting_files(view(), kErasedWord);
  ASSERT_EQ(files.size(), 2U);
  const auto key_of = [&](const Version& version) {
    return decode_erasure_file(to_bytes(read_blob(view(), kServerAccount, *version.state.digest))).key;
  };
  EXPECT_EQ(key_of(files.front()), key_of(files.back()));
}

TEST_F(ErasuresTest, TakeManyFilesWhereOneWouldBeTooLarge) {
  ErasureFile file{random_erasure_key(), "note", {}};
  file.marks.resize(kMostMarks);
  for (std::size_t i = 0; i < kMostMarks; ++i) std::memcpy(file.marks[i].value.data(), &i, sizeof i);
  const auto bytes = encode_erasure_file(file);
  const auto decoded = decode_erasure_file(bytes);
  EXPECT_EQ(decoded.marks, file.marks);
  EXPECT_EQ(decoded.key, file.key);
  EXPECT_EQ(decoded.note, "note");
  EXPECT_THROW(decode_erasure_file(ByteView(bytes).first(bytes.size() - 1)), Error);
  EXPECT_THROW(decode_erasure_file(as_bytes("{}")), Error);
  // Such a file can be written and read.
  put_setting_file(*recorder_, erasure_setting("0000000000000000"), bytes, clock_.now());
  EXPECT_EQ(erasure_notes(view()).front().contents, kMostMarks);
}

TEST_F(ErasuresTest, AreForgottenByName) {
  remember_item(put("secret"));
  remove_setting(*recorder_, erasure_setting(erasure_notes(view()).front().id));
  EXPECT_FALSE(has(kAlice, "secret"));
  EXPECT_THAT(erasure_notes(view()), IsEmpty());
}

TEST_F(ErasuresTest, OneThatCannotBeReadLetsNothingIn) {
  put_setting_file(*recorder_, erasure_setting("12"), to_bytes("{}"), clock_.now());
  try {
    Erasures::read(view());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kDamage);
    EXPECT_THAT(error.what(), HasSubstr("erase --forget 12"));
  }
  EXPECT_THROW(remember({}), Error);
  remove_setting(*recorder_, erasure_setting("12"));
  EXPECT_THROW(remember({}, std::string(201, 'x')), Error);
  EXPECT_THROW(remember({}, "a\nb"), Error);
}

}  // namespace
}  // namespace yestermail::test
