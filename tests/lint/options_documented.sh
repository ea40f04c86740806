#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: options_documented.sh TOP PROGRAM. For every command: the help fits 80 columns, a page
# docs/man/yestermail-COMMAND.1.md stands, and help and page name the same options. Likewise for the scripts of
# packaging/dovecot. No page without a command or script.
set -eu
pages=$1/docs/man
program=$2
bad=0
complain() {
  echo "options_documented: $*"
  bad=1
}

# The options of a help text: lines of its list, each led by "  -x, --name" or "      --name".
options_of_help() {
  awk '/^Options:/ { inside = 1; next } inside && match($0, /^ +(-[a-zA-Z0-9], )?--[a-z][a-z0-9-]*/) {
    text = substr($0, 1, RLENGTH); sub(/^.*--/, "--", text); print text }' | sort -u
}

# The options of a page: every --name in its OPTIONS section.
options_of_page() {
  awk '/^#/ { inside = ($0 ~ /^#+ +OPTIONS/) } inside {
    while (match($0, /--[a-z][a-z0-9-]*/)) { print substr($0, RSTART, RLENGTH); $0 = substr($0, RSTART + RLENGTH) }
  }' "$1" | sort -u
}

# The options of a Python script: every --name that its parser is given.
options_of_script() {
  { echo --help; grep -o 'add_argument(.*' "$1" | sed 's/, metavar=.*//; s/, action=.*//' | grep -o '"--[a-z-]*"' | tr -d '"'; } | sort -u
}

newline='
'
has() {  # LINES LINE, without a process for each
  case $newline$1$newline in
    *"$newline$2$newline"*) return 0 ;;
  esac
  return 1
}

compare() {  # NAME OPTIONS PAGE
  in_page=$(options_of_page "$3")
  for option in $2; do
    has "$in_page" "$option" || complain "$option of $1 is not in the OPTIONS of its page"
  done
  for option in $in_page; do
    has "$2" "$option" || complain "$option stands in the page of $1, not in its help"
  done
}

check_width() {  # NAME HELP
  printf '%s\n' "$2" | awk -v name="$1" 'length($0) > 80 { print "options_documented: " name ": wider than 80 columns: " $0; bad = 1 }
    END { exit bad }' || bad=1
}

help=$("$program" --help) || complain "yestermail --help fails"
check_width "--help" "$help"
commands=$(printf '%s\n' "$help" | awk '/^Commands:/ { inside = 1; next } /^$/ { inside = 0 } inside && /^  [a-z]/ { print $1 }')
[ -n "$commands" ] || complain "yestermail --help lists no commands"
for command in $commands; do
  page=$pages/yestermail-$command.1.md
  help=$("$program" "$command" --help 2>&1) || complain "yestermail $command --help fails"
  check_width "$command --help" "$help"
  if [ ! -f "$page" ]; then
    complain "docs/man/yestermail-$command.1.md is missing"
    continue
  fi
  compare "$command" "$(printf '%s\n' "$help" | options_of_help)" "$page"
done
for script in "$1"/packaging/dovecot/yestermail-*; do
  [ -f "$pages/${script##*/}.1.md" ] || complain "docs/man/${script##*/}.1.md is missing"
done
for page in "$pages"/yestermail-*.1.md; do
  [ -e "$page" ] || continue
  name=${page##*/yestermail-}
  name=${name%.1.md}
  script=$1/packaging/dovecot/yestermail-$name
  if [ -f "$script" ]; then
    compare "yestermail-$name" "$(options_of_script "$script")" "$page"
    continue
  fi
  has "$commands" "$name" || complain "${page##*/} describes no command"
done
exit $bad
