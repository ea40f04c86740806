// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace yestermail::test {

/// A mail with headers and a text of about `size` bytes; the same seed gives the same bytes.
std::string sample_mail(std::uint64_t seed, std::size_t size = 2000);

/// Writes one account's Maildir++ as Dovecot would. Folders are named as the tree names them: "" is INBOX, ".Projects"
/// another. Every file gets a modification time of its own that follows from its name, so that trees compare exactly.
class MaildirBuilder {
 public:
  /// Makes `root` (and its parents) with cur, new and tmp if it is not there.
  explicit MaildirBuilder(std::string root);

  [[nodiscard]] const std::string& root() const { return root_; }
  void make_folder(std::string_view folder) const;
  void remove_folder(std::string_view folder) const;
  void rename_folder(std::string_view from, std::string_view to) const;

  /// A file in new/ under `base`, no flags.
  void deliver(std::string_view folder, std::string_view base, std::string_view mail) const;
  /// A file cur/`name`, where `name` bears the flags (":2,S").
  void put(std::string_view folder, std::string_view name, std::string_view mail) const;
  /// cur/`from` becomes cur/`to`: other flags.
  void rename(std::string_view folder, std::string_view from, std::string_view to) const;
  /// cur/`name` goes to another folder under the same name.
  void move(std::string_view from_folder, std::string_view name, std::string_view to_folder) const;
  void remove(std::string_view folder, std::string_view name) const;
  /// Any other file, path relative to the root: dovecot-keywords, subscriptions, dovecot-uidlist.
  void write(std::string_view path, std::string_view text) const;

 private:
  [[nodiscard]] std::string folder_path(std::string_view folder) const;
  std::string root_;
};

/// Two domains below `root` as root/DOMAIN/USER/Maildir (maildir:ROOT/%d/%n/Maildir) with four accounts, folders,
/// empty folders, keywords, uidlist and subscriptions, and names that a careless program trips over: newline, ESC,
/// invalid UTF-8, 255 bytes, leading dash, quote, an empty mail. About 60 mails.
void build_small_server(const std::string& root, std::uint64_t seed = 1);

/// Some deliveries, flag changes, moves, deletions and a folder's new name: what a day brings. `round` tells the days
/// apart; two different ones leave different trees.
void change_small_server(const std::string& root, std::uint64_t round);

}  // namespace yestermail::test
