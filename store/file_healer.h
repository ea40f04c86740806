// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <set>
#include <string>

#include "store/erasure_guard.h"
#include "store/layout.h"
#include "store/repair.h"

namespace yestermail {

/// The digest that the name of a log or pack bears.
std::optional<Digest> digest_in(const std::string& path);
/// The file is the bytes that its name says.
bool has_its_digest(Filesystem& disk, const std::string& path);

/// The part of a repair that needs no open store: its header, and whole logs and packs from a copy. One thread, under
/// the writer's lock.
class FileHealer {
 public:
  FileHealer(StoreWorld world, const Layout& layout, const CheckFindings& findings, const RepairSources& sources,
             ErasureGuard& guard, RepairReport& report)
      : world_(world), layout_(layout), findings_(findings), sources_(sources), guard_(guard), report_(report) {}

  void run();

 private:
  [[nodiscard]] std::string full(const std::string& path) const { return layout_.store() + "/" + path; }
  void heal_header();
  void heal_files();
  void heal_logs(const Uuid& account);
  bool is_covered(const std::string& directory, const LogName& log);
  void heal_file(const std::string& path, const std::optional<Uuid>& account);

  const StoreWorld world_;
  const Layout& layout_;
  const CheckFindings& findings_;
  const RepairSources& sources_;
  ErasureGuard& guard_;
  RepairReport& report_;
  std::set<Uuid> accounts_healed_;
};

}  // namespace yestermail
