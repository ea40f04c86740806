#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: spdx.sh [TOP]. Every text file names its licence within its first three lines. Test data and JSON cannot;
# LICENSE is it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}"
files() {
  if git -c safe.directory='*' rev-parse --git-dir >/dev/null 2>&1; then
    git -c safe.directory='*' ls-files -co --exclude-standard
  else
    find . -type f -not -path './build/*' -not -path './.cache/*' | sed 's|^\./||'
  fi
}
# What is to have it. The ./ is for awk, which would take a=b for a setting.
wanted() {
  files | while IFS= read -r file; do
    case $file in
      LICENSE | *.json | tests/data/*) continue ;;
    esac
    [ ! -f "$file" ] || [ ! -s "$file" ] || printf './%s\0' "$file"
  done
}
without=$(wanted | xargs -0 -r awk '
  function told() { if (file != "" && !found) print file }
  FNR == 1 { told(); file = FILENAME; found = 0 }
  /SPDX-License-Identifier: GPL-3\.0-or-later/ { found = 1; nextfile }
  FNR == 3 { nextfile }
  END { told() }')
bad=0
while IFS= read -r file; do
  [ -n "$file" ] && grep -qI . "$file" || continue  # no text
  echo "${file#./}:1: has no SPDX-License-Identifier: GPL-3.0-or-later"
  bad=1
done <<EOF
$without
EOF
exit $bad
