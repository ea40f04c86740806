// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fs/damage.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

#include "tests/support/store_script.h"

namespace yestermail::test {

std::map<std::string, std::string> take_in_mails(Recorder& recorder, const std::string& account) {
  constexpr int kMails = 300;
  constexpr int kBytes = 3'900;  // Below that of a part: they stand in several frames of the account.
  std::mt19937_64 random(8);
  std::map<std::string, std::string> mails;
  StoreStep step{StoreStep::Kind::kBulk};
  for (int i = 0; i < kMails; ++i) {
    const auto name = std::to_string(i) + ":2,S";
    auto& mail = mails[name] = "Subject: " + std::to_string(i) + "\n\n";
    while (mail.size() < kBytes) mail += static_cast<char>('a' + random() % 26);
    step.edits.push_back(put_mail(account, "cur/" + name, mail));
  }
  perform(recorder, step);
  return mails;
}

void damage_packs(const std::string& store) {
  int damaged = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store)) {
    if (entry.path().extension() != ".pack") continue;
    std::fstream pack(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    pack.seekp(static_cast<std::streamoff>(entry.file_size() / 3));
    pack.write("damaged!", 8);
    if (!pack.flush()) throw std::runtime_error("cannot damage " + entry.path().string());
    ++damaged;
  }
  if (damaged == 0) throw std::runtime_error("there is no pack in " + store);
}

}  // namespace yestermail::test
