# SPDX-License-Identifier: GPL-3.0-or-later
# Turns a page of docs/man (the Markdown that is used there, no more) into a man(7) page:
#   % NAME(SECTION) ...  the title line          # HEADING, ## HEADING
#   `code` **bold** *emphasis* _emphasis_        ``` blocks and lines indented by four
#   - item               * item                  1. item
#   term, then ":   text" lines: a definition    | a | b | tables, as they are written
# -v version=V names the program's version in the footer.

function inline(text,    out, at, mark, rest) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&\\&", text)
  text = paired(text, "`", "`", "B")
  text = paired(text, "[*][*]", "**", "B")
  text = paired(text, "[*]", "*", "I")
  text = paired_word(text)
  text = links(text)
  if (text ~ /^[.']/) text = "\\&" text
  return text
}

# Text between two marks, in another font.
function paired(text, regex, mark, font,    out, from, to, inside) {
  out = ""
  while ((from = index(text, mark)) > 0) {
    inside = substr(text, from + length(mark))
    to = index(inside, mark)
    if (to < 2 || substr(inside, 1, 1) == " ") { out = out substr(text, 1, from + length(mark) - 1); text = inside; continue }
    out = out substr(text, 1, from - 1) "\\f" font substr(inside, 1, to - 1) "\\fR"
    text = substr(inside, to + length(mark))
  }
  return out text
}

# _emphasis_, but not the underscores within a word.
function paired_word(text,    out) {
  out = ""
  while (match(text, /(^|[ (\[])_[^_ ][^_]*_/)) {
    lead = substr(text, RSTART, 1) == "_" ? "" : substr(text, RSTART, 1)
    word = substr(text, RSTART + length(lead) + 1, RLENGTH - length(lead) - 2)
    out = out substr(text, 1, RSTART - 1) lead "\\fI" word "\\fR"
    text = substr(text, RSTART + RLENGTH)
  }
  return out text
}

# [text](target): the text.
function links(text,    part) {
  while (match(text, /\[[^\]]*\]\([^)]*\)/)) {
    part = substr(text, RSTART + 1, RLENGTH - 1)
    sub(/\].*/, "", part)
    text = substr(text, 1, RSTART - 1) part substr(text, RSTART + RLENGTH)
  }
  return text
}

function verbatim(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  if (text ~ /^[.']/) text = "\\&" text
  print text
}

function flush_term() {
  if (term != "") { print para; print inline(term); term = "" }
}

function open_block() { flush_term(); if (!block) { print ".PP\n.RS 4\n.nf"; block = 1 } }
function close_block() { if (block) { print ".fi\n.RE"; block = 0 } }

function heading(macro) {
  flush_term()
  close_block()
  sub(/^#+ +/, "")
  print "." macro " \"" inline($0) "\""
  in_list = after_text = 0
  blank = 1
}

BEGIN { para = ".PP" }

/^<!--.*-->$/ { next }
/^```/ { if (fenced) { fenced = 0; close_block() } else { open_block(); fenced = 1 } next }
fenced { verbatim($0); next }

/^% / {
  title = $2; section = title
  sub(/\(.*/, "", title); sub(/.*\(/, "", section); sub(/\).*/, "", section)
  printf ".TH \"%s\" \"%s\" \"\" \"Yestermail %s\" \"Yestermail\"\n", toupper(title), section, version
  next
}
/^# / { heading("SH"); next }
/^##+ / { heading("SS"); next }
/^    / && !after_text && !in_list { open_block(); verbatim(substr($0, 5)); next }
/^\|[-:| ]+\|$/ { next }
/^\|/ { open_block(); verbatim($0); next }
/^[ \t]*$/ { flush_term(); close_block(); after_text = 0; if (!in_list) in_list = 0; blank = 1; next }
/^: / { sub(/^: +/, ""); if (term != "") { print ".TP"; print inline(term); term = "" } else print ".IP"; print inline($0); after_text = 1; in_list = 1; blank = 0; next }
/^[-*] / { flush_term(); close_block(); print ".IP \\(bu 2"; print inline(substr($0, 3)); after_text = 1; in_list = 1; blank = 0; next }
/^[0-9]+\. / { flush_term(); close_block(); print ".IP " $1 " 4"; sub(/^[0-9]+\. +/, ""); print inline($0); after_text = 1; in_list = 1; blank = 0; next }
/^ +/ && in_list { sub(/^ +/, ""); if (blank) print ".IP"; blank = 0; print inline($0); next }
{
  close_block()
  if (after_text && !blank) { flush_term(); print inline($0) }
  else { flush_term(); in_list = 0; term = $0; after_text = 1 }
  blank = 0
}
END { flush_term(); close_block() }
