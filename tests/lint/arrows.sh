#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: arrows.sh [TOP]. No layer includes what is above or beside it, and a C library's headers stay in few files.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}"
# shellcheck disable=SC2046 -- names in this tree have no spaces
exec awk -f "$here/arrows.awk" $(find base mail store scanner search fs restore tools tests -name '*.h' -o -name '*.cpp' | sort)
