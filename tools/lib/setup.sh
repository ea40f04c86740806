# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by tools/demo, tools/check and bench/: sourced with `top` set to the top of the tree.
# shellcheck shell=bash disable=SC2154

jobs=$(nproc)
export CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=1  # A second clone finds what the first one compiled.

# need_packages USE...: installs what tools/lib/packages lists for these uses and the machine lacks.
need_packages() {
  local uses=" $* " missing=() package use rest
  while read -r package use rest; do
    [[ -z $package || $package == \#* || $uses != *" $use "* ]] && continue
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done <"$top/tools/lib/packages"
  ((${#missing[@]} == 0)) && return 0
  local as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "needs these packages, and neither root nor sudo is at hand: ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "installs ${#missing[@]} packages with apt-get: ${missing[*]}"
  local quiet=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
  "${as_root[@]}" "${quiet[@]}" update </dev/null &&
    "${as_root[@]}" "${quiet[@]}" install --no-install-recommends -y "${missing[@]}" </dev/null >/dev/null
}

# build_preset PRESET [TARGET...]: configures and builds build/PRESET.
build_preset() {
  local preset=$1
  shift
  cmake --preset "$preset" -S "$top" &&
    cmake --build "$top/build/$preset" -j "$jobs" ${1+--target "$@"}
}
