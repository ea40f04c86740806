// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/maildir_builder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <system_error>
#include <vector>

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

/// A time between 2020 and 2026 that follows from the name, with nanoseconds.
void set_time(const std::string& path, std::string_view name) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  struct timespec times[2]{};
  times[0].tv_sec = times[1].tv_sec = static_cast<time_t>(1'580'000'000ULL + hash % 200'000'000ULL);
  times[0].tv_nsec = times[1].tv_nsec = static_cast<long>((hash >> 32U) % 1'000'000'000ULL);
  if (::utimensat(AT_FDCWD, path.c_str(), times, 0) != 0) throw std::system_error(errno, std::generic_category(), path);
}

void write_file(const std::string& path, std::string_view text) {
  // Written beside and renamed, as Dovecot does: a file of a mail tree never changes its bytes under one inode.
  const auto staged = path.substr(0, path.rfind('/')) + "/temp.builder";
  {
    std::ofstream out(staged, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!out.flush()) throw std::system_error(errno, std::generic_category(), staged);
  }
  set_time(staged, path.substr(path.rfind('/') + 1) + std::to_string(text.size()));
  fs::rename(staged, path);
}

const std::vector<std::string>& odd_names() {
  static const std::vector<std::string> kNames = {
      "1700000001.M1P1.host,S=10:2,S",
      "new\nline:2,",
      "esc\x1b[31mred:2,F",
      "bad\xff\xfeutf8:2,",
      "-rf:2,S",
      "quote'\"$(id)`:2,RS",
      "no-flags-at-all",
      "two:2,S:2,F",
      std::string(251, 'x') + ":2,S",
      "\xd9\xa1 caf\xc3\xa9 \xe2\x80\xaegpj:2,",
  };
  return kNames;
}

std::string mail_base(std::uint64_t number) {
  return std::to_string(1'700'000'000 + number) + ".M" + std::to_string(number * 7919 % 1'000'000) + "P77.mx1";
}

void fill_account(const MaildirBuilder& account, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  account.make_folder(".Projects");
  account.make_folder(".Projects.R&-D");
  account.make_folder(".Entw&APw-rfe");
  account.make_folder(".Empty");
  account.make_folder(".Trash");
  for (std::uint64_t i = 0; i < 6; ++i) {
    const auto mail = sample_mail(seed * 1000 + i, 500 + random() % 4000);
    if (i % 3 == 0) account.deliver("", mail_base(seed * 1000 + i), mail);
    if (i % 3 != 0) account.put("", mail_base(seed * 1000 + i) + ":2,S", mail);
  }
  for (std::uint64_t i = 10; i < 15; ++i) {
    account.put(i % 2 == 0 ? ".Projects" : ".Projects.R&-D", mail_base(seed * 1000 + i) + ":2,a", sample_mail(i, 3000));
  }
  account.put(".Trash", mail_base(seed * 1000 + 20) + ":2,ST", sample_mail(seed, 100'000));
  account.write("dovecot-keywords", "0 $Label1\n1 Later\n");
  account.write("subscriptions", "V\t2\n\nProjects\nProjects\tR&-D\n");
  account.write("dovecot-uidlist",
                "3 V1700000000 N30 G0123456789abcdef0123456789abc" + std::to_string(100 + seed) + "\n");
}

}  // namespace

std::string sample_mail(std::uint64_t seed, std::size_t size) {
  static constexpr std::string_view kWords[] = {"report",  "meeting", "invoice", "yesterday", "server", "backup",
                                                "quarter", "Thanks,", "regards", "attached",  "please", "the",
                                                "of",      "and",     "with",    "number"};
  std::mt19937_64 random(seed * 2654435761ULL + 1);
  std::string mail =
      "Return-Path: <bob@example.net>\r\nFrom: Bob Example <bob@example.net>\r\nTo: alice@example.com\r\n";
  mail += "Subject: Mail number " + std::to_string(seed) + "\r\nMessage-ID: <" + std::to_string(random()) +
          "@example.net>\r\nDate: Sun, 22 Nov 2026 10:15:07 +0000\r\n\r\n";
  while (mail.size() < size) {
    mail += kWords[random() % std::size(kWords)];
    mail += random() % 12 == 0 ? "\r\n" : " ";
    if (random() % 20 == 0) mail += std::to_string(random());
  }
  return mail + "\r\n";
}

MaildirBuilder::MaildirBuilder(std::string root) : root_(std::move(root)) {
  fs::create_directories(root_);
  make_folder("");
}

std::string MaildirBuilder::folder_path(std::string_view folder) const {
  return folder.empty() ? root_ : root_ + "/" + std::string(folder);
}

void MaildirBuilder::make_folder(std::string_view folder) const {
  for (const auto* name : {"/cur", "/new", "/tmp"}) fs::create_directories(folder_path(folder) + name);
  if (!folder.empty()) write(std::string(folder) + "/maildirfolder", "");
}

void MaildirBuilder::remove_folder(std::string_view folder) const { fs::remove_all(folder_path(folder)); }

void MaildirBuilder::rename_folder(std::string_view from, std::string_view to) const {
  fs::rename(folder_path(from), folder_path(to));
}

void MaildirBuilder::deliver(std::string_view folder, std::string_view base, std::string_view mail) const {
  write_file(folder_path(folder) + "/tmp/" + std::string(base), mail);
  fs::rename(folder_path(folder) + "/tmp/" + std::string(base), folder_path(folder) + "/new/" + std::string(base));
}

void MaildirBuilder::put(std::string_view folder, std::string_view name, std::string_view mail) const {
  write_file(folder_path(folder) + "/tmp/" + std::string(name), mail);
  fs::rename(folder_path(folder) + "/tmp/" + std::string(name), folder_path(folder) + "/cur/" + std::string(name));
}

void MaildirBuilder::rename(std::string_view folder, std::string_view from, std::string_view to) const {
  fs::rename(folder_path(folder) + "/cur/" + std::string(from), folder_path(folder) + "/cur/" + std::string(to));
}

void MaildirBuilder::move(std::string_view from_folder, std::string_view name, std::string_view to_folder) const {
  fs::rename(folder_path(from_folder) + "/cur/" + std::string(name),
             folder_path(to_folder) + "/cur/" + std::string(name));
}

void MaildirBuilder::remove(std::string_view folder, std::string_view name) const {
  fs::remove(folder_path(folder) + "/cur/" + std::string(name));
}

void MaildirBuilder::write(std::string_view path, std::string_view text) const {
  write_file(root_ + "/" + std::string(path), text);
}

void build_small_server(const std::string& root, std::uint64_t seed) {
  std::uint64_t number = seed * 100;
  for (const auto* account : {"example.com/alice", "example.com/bob", "example.net/carol"}) {
    fill_account(MaildirBuilder(root + "/" + account + "/Maildir"), ++number);
  }
  const MaildirBuilder odd(root + "/example.net/o'dd user/Maildir");
  odd.make_folder(".\x1b[2J");
  odd.make_folder(".caf\xe9");
  for (const auto& name : odd_names()) odd.put("", name, sample_mail(name.size() + seed));
  odd.put(".caf\xe9", "empty:2,", "");
}

void change_small_server(const std::string& root, std::uint64_t round) {
  const MaildirBuilder alice(root + "/example.com/alice/Maildir");
  const MaildirBuilder bob(root + "/example.com/bob/Maildir");
  const auto tag = std::to_string(round);
  alice.deliver("", "new" + tag, sample_mail(5000 + round, 5000));
  alice.put(".Projects", "kept" + tag + ":2,", sample_mail(6000 + round));
  if (round > 1) {
    const auto before = std::to_string(round - 1);
    alice.rename(".Projects", "kept" + before + ":2,", "kept" + before + ":2,FS");
    bob.move("", "moving" + before + ":2,S", ".Trash");
    bob.remove("", "gone" + before + ":2,");
    bob.rename_folder(".Round" + before, ".Round" + tag);
  } else {
    bob.make_folder(".Round" + tag);
    bob.put(".Round" + tag, "inside:2,S", sample_mail(7000));
  }
  bob.put("", "moving" + tag + ":2,S", sample_mail(8000 + round));
  bob.put("", "gone" + tag + ":2,", sample_mail(9000 + round));
  alice.write("dovecot-keywords", "0 $Label1\n1 Later\n2 Round" + tag + "\n");
}

}  // namespace yestermail::test
