// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/import_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.h"
#include "tools/import_relay.h"

namespace yestermail::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

ImportRequest parsed(const std::string& text) { return import_request_of(Json::parse(text)); }

std::string refusal(const std::string& text) {
  try {
    parsed(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kUsage);
    return error.what();
  }
  return "taken";
}

TEST(ImportMessages, CarryARequestWhateverBytesItHas) {
  ImportOrder order;
  order.accounts = {"a\xff*", "b\\c"};
  order.names = {{"old\xfe", "new \"name\""}};
  order.threads = 3;
  const auto back = parsed(import_request_json({"/mail/\xfd\n", Instant{17}, order}).dump());
  EXPECT_EQ(back.from, "/mail/\xfd\n");
  EXPECT_EQ(back.at, Instant{17});
  EXPECT_EQ(back.order.accounts, order.accounts);
  EXPECT_EQ(back.order.names, order.names);
  EXPECT_EQ(back.order.threads, 3U);
  EXPECT_EQ(parsed(R"({"do":"import","from":"maildir:/mail/%d"})").at, kForever);
}

TEST(ImportMessages, RefuseWhatIsNoRequest) {
  EXPECT_THAT(refusal(R"({"do":"import"})"), HasSubstr("a path from the root"));
  EXPECT_THAT(refusal(R"({"do":"import","from":"archive"})"), HasSubstr("a path from the root"));
  EXPECT_THAT(refusal(R"({"do":"import","from":"maildir:mail"})"), HasSubstr("a path from the root"));
  EXPECT_THAT(refusal(R"({"do":"import","from":"/a","history":true})"), HasSubstr("\"history\" is not known"));
  EXPECT_THAT(refusal(R"({"do":"import","from":7})"), HasSubstr("\"from\" is of a wrong type"));
  EXPECT_THAT(refusal(R"({"do":"import","from":"/a","names":["x"]})"), HasSubstr("\"names\" is of a wrong type"));
  EXPECT_THAT(refusal(R"({"do":"import","from":"/a","threads":-1})"), HasSubstr("\"threads\" is no number"));
}

TEST(ImportRelay, GivesAllThatItWasToldInOrderAndInBoundedLines) {
  constexpr int kNotes = 5000;
  ImportRelay relay;
  std::jthread importing([&] {
    for (int i = 0; i < kNotes; ++i) relay.told({"a", std::to_string(i), ImportFate::kPresent, Errc::kFailed, {}});
    relay.advanced(7, 8);
    relay.end();
  });
  int seen = 0;
  Json last;
  while (!relay.is_done()) {
    last = relay.next(10ms);
    EXPECT_LE(last.at("items").size(), 512U);
    for (const auto& item : last.at("items")) EXPECT_EQ(import_note_of(item).path, std::to_string(seen++));
  }
  EXPECT_EQ(seen, kNotes);
  EXPECT_EQ(relay.next(0ms).at("files"), 7);
}

TEST(ImportRelay, WaitsForItsReaderAndEndsTheImportWhenStopped) {
  ImportRelay relay;
  std::atomic<int> told{0};
  bool stopped = false;
  std::jthread importing([&] {
    try {
      for (;; ++told) relay.told({"a", "p", ImportFate::kPresent, Errc::kFailed, {}});
    } catch (const ImportStopped&) {
      stopped = true;
    }
    relay.end();
  });
  for (int before = -1; before != told; std::this_thread::sleep_for(20ms)) before = told;
  EXPECT_LE(told, 2000) << "memory is bounded";
  relay.stop();
  while (!relay.is_done()) relay.next(10ms);
  importing.join();
  EXPECT_TRUE(stopped);
}

}  // namespace
}  // namespace yestermail::test
