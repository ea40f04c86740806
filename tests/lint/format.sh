#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: format.sh [TOP]. Every C++ file is as clang-format 14 writes it. Exit status 77: there is no clang-format 14.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}"
if ! command -v clang-format-14 >/dev/null; then
  echo "format: skipped, clang-format-14 is not installed"
  exit 77
fi
find base mail store scanner search fs restore tools tests -name '*.h' -o -name '*.cpp' | sort |
  xargs clang-format-14 --dry-run -Werror --style=file
