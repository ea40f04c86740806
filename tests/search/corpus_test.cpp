// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "tests/search/search_fixture.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The words of ASCII letters and digits in a text, in lower case, as a person would count them. What other bytes are
/// depends on their coding: `between` words, or parts of words, which are left out then.
std::set<std::string> words_of(const std::string& text, bool between) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if ((lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9')) {
      word += lower(c);
    } else if (static_cast<unsigned char>(c) >= 0x80 && !between) {
      word += '?';
    } else {
      if (!word.empty() && word.find('?') == std::string::npos) words.insert(word);
      word.clear();
    }
  }
  return words;
}

/// A mail of one plain part that is not encoded: what stands in the file is what can be read.
bool is_plain(const std::string& mail) {
  std::string text;
  for (const char c : mail) text += lower(c);
  for (const auto* word : {"multipart/", "message/", "text/html", "base64", "quoted-printable", "=?"}) {
    if (text.find(word) != std::string::npos) return false;
  }
  return text.size() < 60'000 && text.find("\n\n") != std::string::npos;
}

/// Real mails against a search that knows nothing of indexes.
TEST_F(SearchTest, FindsInRealMailsWhatStandsInThem) {
  const auto directory = directory_ / "corpus";
  fs::create_directory(directory);
  ASSERT_EQ(run({"tar", "-xJf", data_directory() + "/mails.tar.xz", "-C", directory}).status, 0);
  std::map<std::string, std::string> mails;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    mails[entry.path().filename()] = {std::istreambuf_iterator<char>(in), {}};
  }
  ASSERT_GT(mails.size(), 500U);
  const auto session = recorder_->begin_bulk();
  std::map<std::string, std::set<std::string>> bodies;
  std::map<std::string, std::set<std::string>> whole;
  std::vector<std::string> every_word;
  for (const auto& [name, mail] : mails) {
    class Source final : public BlobSource {
     public:
      explicit Source(const std::string& text) : text_(text) {}
      std::size_t read(std::span<std::byte> into) override {
        const auto size = std::min(into.size(), text_.size() - at_);
        std::copy_n(as_bytes(text_).begin() + static_cast<std::ptrdiff_t>(at_), size, into.begin());
        at_ += size;
        return size;
      }

     private:
      const std::string& text_;
      std::size_t at_ = 0;
    } source(mail);
    session->store(account_, source);
    session->add(account_, Put{recorder_->new_item(account_), Cause::kArrived, state_of(name, mail), {}});
    whole[name] = words_of(mail, true);
    if (!is_plain(mail)) continue;
    bodies[name] = words_of(mail.substr(mail.find("\n\n")), false);
    every_word.insert(every_word.end(), bodies[name].begin(), bodies[name].end());
  }
  session->commit();
  ASSERT_GT(bodies.size(), 300U);
  std::mt19937 random(5);
  for (int i = 0; i < 150; ++i) {
    const auto& word = every_word[random() % every_word.size()];
    const auto names = names_of(word);
    const std::set<std::string> found(names.begin(), names.end());
    for (const auto& [name, words] : bodies) {
      EXPECT_TRUE(!words.contains(word) || found.contains(name)) << word << " is in " << name;
      EXPECT_TRUE(!found.contains(name) || whole[name].contains(word)) << word << " is not in " << name;
    }
  }
  // Every mail can be found at all.
  EXPECT_EQ(find("-nosuchwordanywhere", std::nullopt, 1000).messages.size(), mails.size());
}

}  // namespace
}  // namespace yestermail::test
