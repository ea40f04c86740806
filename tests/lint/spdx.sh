#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: spdx.sh [TOP]. Every text file names its licence within its first three lines. Test data and JSON cannot;
# LICENSE is it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}"
if git -c safe.directory='*' rev-parse --git-dir >/dev/null 2>&1; then
  files=$(git -c safe.directory='*' ls-files -co --exclude-standard)
else
  files=$(find . -type f -not -path './build/*' -not -path './.cache/*' | sed 's|^\./||')
fi
bad=0
for file in $files; do
  case $file in
    LICENSE | *.json | tests/data/*) continue ;;
  esac
  [ -s "$file" ] && grep -qI . "$file" || continue
  if ! head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later'; then
    echo "$file:1: has no SPDX-License-Identifier: GPL-3.0-or-later"
    bad=1
  fi
done
exit $bad
