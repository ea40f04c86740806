// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <random>
#include <string>
#include <vector>

namespace yestermail::test {

/// Mails with attachments of many codings, nested and broken in every way that a few random edits can: lines joined,
/// cut, repeated, exchanged; line ends and bytes changed; pieces of other mails put in. The same for the same seed.
class MailMutator {
 public:
  explicit MailMutator(unsigned seed) : random_(seed) {}
  std::string next();

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  std::string make_mail(int depth);
  std::string make_part(int depth);
  std::string make_bytes();
  std::string base64(const std::string& bytes, std::size_t line, const std::string& end);
  void mutate(std::string& mail);

  std::mt19937 random_;
  std::vector<std::string> files_;  ///< seen before: they come again
  std::string last_;
};

}  // namespace yestermail::test
