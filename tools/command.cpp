// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/command.h"

#include <array>

#include "tools/cmd_accounts.h"
#include "tools/cmd_cat.h"
#include "tools/cmd_check.h"
#include "tools/cmd_erase.h"
#include "tools/cmd_export.h"
#include "tools/cmd_find.h"
#include "tools/cmd_hold.h"
#include "tools/cmd_import.h"
#include "tools/cmd_init.h"
#include "tools/cmd_list.h"
#include "tools/cmd_log.h"
#include "tools/cmd_mount.h"
#include "tools/cmd_purge.h"
#include "tools/cmd_rebuild.h"
#include "tools/cmd_restore.h"
#include "tools/cmd_retention.h"
#include "tools/cmd_scan.h"
#include "tools/cmd_snapshot.h"
#include "tools/cmd_status.h"
#include "tools/cmd_undelete.h"
#include "tools/cmd_watch.h"

namespace yestermail {
namespace {

constexpr std::array<const Command*, 21> kCommands{
    &kInitCommand,   &kScanCommand,  &kWatchCommand,   &kMountCommand,    &kAccountsCommand,  &kListCommand,
    &kLogCommand,    &kFindCommand,  &kCatCommand,     &kRestoreCommand,  &kUndeleteCommand,  &kExportCommand,
    &kImportCommand, &kCheckCommand, &kRebuildCommand, &kSnapshotCommand, &kRetentionCommand, &kHoldCommand,
    &kPurgeCommand,  &kEraseCommand, &kStatusCommand};

}  // namespace

std::span<const Command* const> commands() { return kCommands; }

const Command* find_command(std::string_view name) {
  for (const auto* command : kCommands) {
    if (command->name == name) return command;
  }
  return nullptr;
}

}  // namespace yestermail
