#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Plants each kind of forbidden include in a tree of its own and requires that arrows.sh names exactly those lines.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
mkdir -p base mail store scanner search fs restore archive policy tools tests/fs

plant() {  # FILE INCLUDE...: each a line of the file
  file=$1
  shift
  for include in "$@"; do printf '#include %s\n' "$include"; done >"$file"
}

plant base/fine.cpp '<vector>' '"base/error.h"' '<openssl/evp.h>' '<xxhash.h>'
plant store/fine.cpp '"base/error.h"' '"store/frame.h"' '<zstd.h>'
plant store/sqlite.cpp '<sqlite3.h>'
plant mail/fine.cpp '"base/error.h"' '<gmime/gmime.h>' '"mail/gmime_library.h"'
plant mail/gmime_library.h '<gmime/gmime.h>'
plant archive/libarchive.h '<archive.h>' '<archive_entry.h>'
plant scanner/fine.cpp '"store/view.h"' '"store/recorder.h"' '"store/entry.h"' '"mail/header_words.h"'
plant search/fine.cpp '"store/view.h"' '"store/entry.h"' '"store/sqlite.h"' '"mail/message_text.h"'
plant fs/mount.cpp '<fuse_lowlevel.h>' '"store/view.h"' '"fs/tree.h"'
plant restore/fine.cpp '"store/view.h"' '"store/entry.h"' '"restore/mailbox.h"' '"base/error.h"'
plant archive/fine.cpp '"store/view.h"' '"store/recorder.h"' '"store/origin.h"' '"mail/header_words.h"' '"store/happening_stream.h"' '"archive/export.h"' '"archive/libarchive.h"' '<archive.h>' '<archive_entry.h>' '<nlohmann/json.hpp>'
plant policy/fine.cpp '"store/view.h"' '"store/recorder.h"' '"store/server_account.h"' '"policy/holds.h"' '<nlohmann/json.hpp>'
plant tools/fine.cpp '"policy/holds.h"' '"restore/mailbox.h"' '"scanner/scan.h"' '"fs/mount.h"' '<boost/program_options.hpp>' '<nlohmann/json.hpp>' '<iostream>'
plant tests/fs/fine_test.cpp '"fs/tree.h"' '"tools/command.h"' '<gtest/gtest.h>' '<sqlite3.h>'
if ! sh "$here/arrows.sh" "$tree"; then
  echo "arrows_self_test: a tree without forbidden includes was refused"
  exit 1
fi

plant base/bad.h '"store/view.h"' '<openssl/evp.h>'
plant store/bad.cpp '"scanner/scan.h"' '"fs/tree.h"' '"tools/command.h"' '<sqlite3.h>' '<openssl/sha.h>' '<iostream>'
plant store/bad.h '<zstd.h>' '<nlohmann/json.hpp>' '"../base/error.h"' '"error.h"'
plant scanner/bad.cpp '"fs/tree.h"' '"store/store.h"' '"store/frame.h"' '<zstd.h>'
plant scanner/bad.h '<gmime/gmime.h>'
plant fs/bad.h '"scanner/scan.h"' '"store/recorder.h"' '"store/sqlite.h"' '<fuse_lowlevel.h>'
plant restore/bad.cpp '"scanner/beneath.h"' '"fs/tree.h"' '"store/recorder.h"' '"tools/command.h"'
plant archive/bad.cpp '"fs/tree.h"' '"store/store.h"' '"restore/mailbox.h"' '"tools/command.h"'
plant archive/bad.h '<archive.h>' '<nlohmann/json.hpp>'
plant restore/bad_too.cpp '"archive/export.h"' '<archive.h>'
plant mail/bad.h '"store/view.h"' '<gmime/gmime.h>'
plant search/bad.cpp '"scanner/scan.h"' '"fs/tree.h"' '"store/recorder.h"' '<sqlite3.h>' '<gmime/gmime.h>' '"mail/gmime_library.h"'
plant tools/bad.cpp '"archive/libarchive.h"'
plant policy/bad.cpp '"scanner/scan.h"' '"fs/tree.h"' '"store/store.h"' '"tools/command.h"'
plant policy/bad.h '<nlohmann/json.hpp>'
plant fs/bad_too.cpp '"policy/snapshots.h"'
plant scanner/bad_too.cpp '"restore/mailbox.h"'
plant fs/tree.cpp '<fuse3/fuse.h>' '<boost/program_options.hpp>'
plant tests/fs/bad.h '<fuse_lowlevel.h>'
expected=$(find . -name 'bad*' -o -name tree.cpp | xargs cat | wc -l)
if report=$(sh "$here/arrows.sh" "$tree"); then
  echo "arrows_self_test: forbidden includes were let through"
  exit 1
fi
found=$(printf '%s\n' "$report" | sort -u -t: -k1,2 | wc -l)
if [ "$found" -ne "$expected" ]; then
  printf '%s\narrows_self_test: %s of %s forbidden includes were found\n' "$report" "$found" "$expected"
  exit 1
fi
echo "arrows_self_test: all $expected planted includes were found"
