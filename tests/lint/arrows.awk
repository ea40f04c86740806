# SPDX-License-Identifier: GPL-3.0-or-later
# Reads C++ files whose paths are given relative to the top of the tree and prints each #include that
# docs/architecture.md forbids. Two tables: which folder may include which, and which file may include a C library.
# Exit status 1 where it printed anything. Plain awk: Debian's default is mawk.

function folder_of(path) { return path ~ /\// ? substr(path, 1, index(path, "/") - 1) : "." }

function refuse(what) {
  printf "%s:%d: may not include %s\n", FILENAME, FNR, what
  bad = 1
}

BEGIN {
  # "from to": the folder `from` may include every header of `to`; "from file.h": only that header.
  split("base base|mail mail|mail base|store store|store base|scanner scanner|scanner base|scanner mail|scanner store/view.h|scanner store/recorder.h|" \
        "scanner store/entry.h|scanner store/watch_report.h|fs fs|fs base|fs store/view.h|fs store/entry.h|fs store/watch_report.h|restore restore|restore base|restore store/view.h|restore store/entry.h|tools restore|tests restore|" \
        "search search|search base|search mail|search store/view.h|search store/entry.h|search store/sqlite.h|tools search|tests search|tests mail|tools tools|tools base|tools store|" \
        "tools scanner|tools fs|tests tests|tests base|tests store|tests scanner|tests fs|tests tools", list, "|")
  for (i in list) allow[list[i]] = 1
  split("base mail store scanner search fs restore tools tests bench", list, " ")
  for (i in list) ours[list[i]] = 1

  # Library: the files that may include it. No header of ours is among them.
  only["^fuse"] = "^fs/mount[a-z_]*\\.cpp$"
  only["^sqlite3"] = "^store/(sqlite/)?sqlite[a-z_]*\\.cpp$"
  only["^(zstd|zdict)"] = "^store/.*\\.cpp$"
  only["^openssl/"] = "^base/.*\\.cpp$"
  only["^xxh"] = "^base/.*\\.cpp$"
  only["^(gmime|glib|gio)"] = "^mail/.*\\.cpp$"
  only["^boost/"] = "^tools/"
  only["^systemd/"] = "^tools/service_manager\\.cpp$"
  only["^nlohmann/"] = "^((tools|tests)/.*|(store|fs)/.*\\.cpp)$"
  # What a library takes from its caller instead.
  only["^iostream$"] = "^(tools|tests)/"
  # Tests may look at what they test with the library itself, but their shared headers stay clean too.
  for (library in only) tests_may[library] = "^tests/.*\\.cpp$"
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
  what = $0
  sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", what)
  sub(/[>"].*$/, "", what)
  from = folder_of(FILENAME)
  for (library in only)
    if (what ~ library && FILENAME !~ only[library] && FILENAME !~ tests_may[library]) refuse(what)
  if (what ~ /(^|\/)\.\.?\//) refuse(what " (write the path from the top of the tree)")
  to = folder_of(what)
  quoted = $0 ~ /include[ \t]*"/
  if (quoted && !(to in ours)) refuse(what " (write the path from the top of the tree)")
  if ((to in ours) && quoted && !((from " " to) in allow) && !((from " " what) in allow)) refuse(what)
}

END { exit bad }
