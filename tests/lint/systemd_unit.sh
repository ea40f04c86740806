#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: systemd_unit.sh TOP PROGRAM. systemd itself reads the unit, with PROGRAM in place, and finds nothing to say about it.
set -eu
command -v systemd-analyze >/dev/null || { echo "skipped: there is no systemd-analyze"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unit=$work/yestermail-watch@srv-past.service
sed "s|@YESTERMAIL_PROGRAM@|$2|" "$1/packaging/systemd/yestermail-watch@.service.in" >"$unit"
# Only what it says of this unit counts: others are the machine's.
said=$(systemd-analyze verify --man=no --recursive-errors=no "$unit" 2>&1 || true)
case $said in
  *"Failed to "*[Ii]nitiali*|*"Failed to setup"*) echo "skipped: systemd-analyze does not work here: $said"; exit 77 ;;
esac
if printf '%s\n' "$said" | grep -F yestermail; then exit 1; fi
