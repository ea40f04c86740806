// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/quarantine.h"

#include <algorithm>

namespace yestermail {

std::string Quarantine::name_of(const std::string& path) {
  auto name = path;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

void Quarantine::copy(const std::string& path) {
  const auto from = layout_.store() + "/" + path;
  if (!disk_.exists(from)) return;
  make_directories(disk_, layout_.store(), "quarantine");
  write_durably(disk_, directory(), name_of(path), read_file(disk_, from));
}

void Quarantine::move(const std::string& path) {
  const auto from = layout_.store() + "/" + path;
  if (!disk_.exists(from)) return;
  make_directories(disk_, layout_.store(), "quarantine");
  disk_.rename(from, directory() + "/" + name_of(path));
  disk_.sync_directory(directory());
  disk_.sync_directory(from.substr(0, from.rfind('/')));
}

void Quarantine::replace(const std::string& path, ByteView bytes) {
  copy(path);
  const auto to = layout_.store() + "/" + path;
  const auto staged = layout_.staging() + "/healed";
  remove_if_there(disk_, staged);
  const auto file = disk_.open(staged, Filesystem::Open::kCreate);
  file->write_at(0, bytes);
  file->sync();
  disk_.rename(staged, to);
  disk_.sync_directory(to.substr(0, to.rfind('/')));
}

}  // namespace yestermail
