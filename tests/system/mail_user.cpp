// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/system/mail_user.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/support/maildir_builder.h"

namespace yestermail::test {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kFewMessages = 20;
constexpr std::size_t kManyMessages = 400;

std::int64_t wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace

MailUser::MailUser(std::string maildir, std::string prefix, std::uint64_t seed)
    : maildir_(std::move(maildir)), prefix_(std::move(prefix)), random_(seed) {
  const MaildirBuilder box(maildir_);
  box.make_folder(".A");
  box.make_folder(".B");
}

template <class Work>
void MailUser::noted(const Message& message, const std::string& path, const Work& work) {
  Ledger::State state;
  state.begun = wall_clock();
  work();
  state.done = wall_clock();
  state.path = path;
  ledger_.add(message.base, std::move(state));
}

void MailUser::act() {
  const auto choice = random_() % 10;
  if (messages_.size() < kFewMessages || (choice < 3 && messages_.size() < kManyMessages)) return deliver();
  const auto index = static_cast<std::size_t>(random_() % messages_.size());
  if (choice < 4) return remove(index);
  if (choice < 5) return move(messages_[index]);
  flag(messages_[index]);
}

void MailUser::deliver() {
  const char* const folders[] = {"", ".A/", ".B/"};
  Message message;
  message.base = prefix_ + std::to_string(++count_);
  message.folder = folders[random_() % 3];
  message.path = message.folder + "new/" + message.base;
  const auto staged = maildir_ + "/" + message.folder + "tmp/" + message.base;
  std::ofstream(staged) << "From: someone@example.org\nSubject: " << message.base << "\n\n"
                        << std::string(static_cast<std::size_t>(random_() % 600), 'x') << random_() << "\n";
  noted(message, message.path, [&] { fs::rename(staged, maildir_ + "/" + message.path); });
  messages_.push_back(std::move(message));
}

void MailUser::flag(Message& message) {
  const char* const flags[] = {"", "S", "FS", "RS", "FRS", "Sa"};
  const auto path = message.folder + "cur/" + message.base + ":2," + flags[random_() % 6];
  if (path == message.path) return;
  noted(message, path, [&] { fs::rename(maildir_ + "/" + message.path, maildir_ + "/" + path); });
  message.path = path;
}

/// A link in the other folder, then the old name goes: for a moment there are two.
void MailUser::move(Message& message) {
  const char* const folders[] = {"", ".A/", ".B/"};
  const std::string folder = folders[random_() % 3];
  if (folder == message.folder) return;
  const auto path = folder + "cur/" + message.base + ":2,S";
  const auto staged = maildir_ + "/" + folder + "tmp/" + message.base;
  noted(message, path, [&] {
    fs::create_hard_link(maildir_ + "/" + message.path, staged);
    fs::rename(staged, maildir_ + "/" + path);
    fs::remove(maildir_ + "/" + message.path);
  });
  message.folder = folder;
  message.path = path;
}

void MailUser::remove(std::size_t index) {
  const auto message = messages_[index];
  noted(message, "", [&] { fs::remove(maildir_ + "/" + message.path); });
  messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(index));
}

}  // namespace yestermail::test
