// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/json_output.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace yestermail {
namespace {

/// What the man pages tell people to do.
std::string bytes_of(const std::string& text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 2, "\\x") == 0) {
      bytes += static_cast<char>(std::stoi(text.substr(at + 2, 2), nullptr, 16));
      at += 4;
    } else {
      bytes += text[at++];
    }
  }
  return bytes;
}

TEST(JsonText, LeavesTextAlone) { EXPECT_EQ(json_text("Größe \x1b \n \"x\""), "Größe \x1b \n \"x\""); }

TEST(JsonText, LosesNoByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (const auto& bytes : {all, std::string("\\xff"), std::string("a\xc3"), std::string("\xed\xa0\x80"),
                            std::string("\xf0\x9f\x98\x80"), std::string()}) {
    EXPECT_EQ(bytes_of(json_text(bytes)), bytes);
    const Json json = json_text(bytes);
    EXPECT_EQ(nlohmann::json::parse(json.dump()).get<std::string>(), json_text(bytes));
  }
}

TEST(JsonText, WritesBytesThatAreNoUtf8AsHex) { EXPECT_EQ(json_text("a\xff\\b"), "a\\xff\\x5cb"); }

TEST(JsonArray, IsOneDocumentWhateverItHolds) {
  for (int count : {0, 1, 3}) {
    std::ostringstream out;
    JsonArray array(out);
    for (int i = 0; i < count; ++i) array.add({{"i", i}});
    array.end();
    const auto parsed = nlohmann::json::parse(out.str());
    ASSERT_TRUE(parsed.is_array());
    EXPECT_EQ(parsed.size(), static_cast<std::size_t>(count));
    EXPECT_EQ(out.str().back(), '\n');
  }
}

TEST(JsonInstant, IsNullForWhatLasts) {
  EXPECT_TRUE(json_instant(kForever).is_null());
  EXPECT_EQ(json_instant(Instant{1'795'342'507'000'001}), "2026-11-22T10:15:07.000001Z");
}

}  // namespace
}  // namespace yestermail
