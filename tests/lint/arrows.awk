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
  # What each folder may include besides its own headers: every header of a folder, or one header alone.
  may["base"] = ""
  may["mail"] = "base"
  may["store"] = "base"
  may["scanner"] = "base mail store/view.h store/recorder.h store/entry.h store/watch_report.h store/origin.h"
  may["search"] = "base mail store/view.h store/entry.h store/sqlite.h store/sqlite_files.h store/index_lock.h"
  may["fs"] = "base store/view.h store/entry.h store/watch_report.h store/check_state.h store/check_state_json.h"
  may["restore"] = "base store/view.h store/entry.h"
  may["archive"] = "base mail store/view.h store/recorder.h store/entry.h store/happening_stream.h store/origin.h"
  may["policy"] = "base store/view.h store/entry.h store/recorder.h store/server_account.h store/check_state.h"
  may["tools"] = "base mail store scanner search fs restore archive policy"
  may["tests"] = may["tools"] " tools"
  may["bench"] = ""
  for (from in may) {
    if (may[from] ~ /view\.h/) may[from] = may[from] " store/version_batches.h"  # The same, some hundred at a time.
    ours[from] = allow[from " " from] = 1
    count = split(may[from], list, " ")
    for (i = 1; i <= count; ++i) allow[from " " list[i]] = 1
  }

  # Library: the files that may include it. No header of ours is among them, but for two that name its functions and that
  # their own layer's sources alone include.
  only["^fuse"] = "^fs/mount[a-z_]*\\.cpp$"
  only["^sqlite3"] = "^store/(sqlite/)?sqlite[a-z_]*\\.cpp$"
  only["^(zstd|zdict)"] = "^store/.*\\.cpp$"
  only["^openssl/"] = "^base/.*\\.cpp$"
  only["^xxh"] = "^base/.*\\.cpp$"
  only["^(gmime|glib|gio)"] = "^mail/(.*\\.cpp|gmime_library\\.h)$"
  only["^mail/gmime_library\\.h$"] = "^mail/.*\\.cpp$"
  only["^boost/"] = "^tools/"
  only["^systemd/"] = "^tools/service_manager\\.cpp$"
  only["^archive(_entry)?\\.h$"] = "^archive/(.*\\.cpp|libarchive\\.h)$"
  only["^archive/libarchive\\.h$"] = "^archive/.*\\.cpp$"
  only["^nlohmann/"] = "^((tools|tests)/.*|(store|fs|archive|policy)/.*\\.cpp)$"
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
