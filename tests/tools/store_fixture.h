// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/maildir_builder.h"
#include "tests/tools/command_fixture.h"

namespace yestermail::test {

inline std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A small mail server, and a store for it that `init` makes.
class StoreCommandTest : public CommandTest {
 protected:
  StoreCommandTest() {
    build_small_server(mail_);
    variables_["YESTERMAIL_STORE"] = store_;
  }

  void make_store() {
    const auto ran = run({"init", "--store", store_, "--source", source_});
    ASSERT_EQ(ran.status, 0) << ran.err;
  }
  void scan() {
    const auto ran = run({"scan"});
    ASSERT_EQ(ran.status, 0) << ran.err;
    ASSERT_EQ(ran.err, "");
  }
  void make_scanned_store() {
    make_store();
    scan();
  }
  [[nodiscard]] MaildirBuilder alice() const { return MaildirBuilder(mail_ + "/example.com/alice/Maildir"); }
  [[nodiscard]] MaildirBuilder bob() const { return MaildirBuilder(mail_ + "/example.com/bob/Maildir"); }
  /// The instant of the newest change, as an option takes it.
  std::string last_change() { return run({"status", "--json"}).json().at("last_change").get<std::string>(); }

  const std::string mail_ = directory_ / "mail";
  const std::string store_ = directory_ / "store";
  const std::string source_ = "maildir:" + mail_ + "/%d/%n/Maildir";
};

}  // namespace yestermail::test
