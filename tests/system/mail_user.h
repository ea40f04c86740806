// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/system/ledger.h"

namespace yestermail::test {

/// What happens to one mailbox: deliveries, reading, flags, moves as Dovecot makes them, deletions. Each change is
/// written into the ledger. Base names begin with `prefix`.
class MailUser {
 public:
  MailUser(std::string maildir, std::string prefix, std::uint64_t seed);
  void act();
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }
  [[nodiscard]] const std::string& maildir() const { return maildir_; }
  [[nodiscard]] const std::string& prefix() const { return prefix_; }

 private:
  struct Message {
    std::string base;
    std::string folder;  ///< "" or ".A/"
    std::string path;    ///< in the Maildir
  };
  template <class Work>
  void noted(const Message& message, const std::string& path, const Work& work);
  void deliver();
  void flag(Message& message);
  void move(Message& message);
  void remove(std::size_t index);

  const std::string maildir_;
  const std::string prefix_;
  std::mt19937_64 random_;
  std::vector<Message> messages_;
  std::uint64_t count_ = 0;
  Ledger ledger_;
};

}  // namespace yestermail::test
