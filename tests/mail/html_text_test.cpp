// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/html_text.h"

#include <gtest/gtest.h>

#include "mail/tidy_text.h"

namespace yestermail {
namespace {

std::string words_of_html(std::string_view html) { return tidy_text(html_text(html), 10000); }

TEST(HtmlText, KeepsWhatIsReadAndDropsWhatIsNot) {
  EXPECT_EQ(words_of_html("<html><head><style>p { color: red }</style><script>if (a < b) hide();</script></head>"
                          "<body><!-- a > b --><p class=\"x\">One</p><p>two<br>three</body></html>"),
            "One two three");
}

TEST(HtmlText, LeavesAWordWhole) {
  EXPECT_EQ(words_of_html("in<b>voice</b> <SPAN>A</SPAN>BC one<div>two</div>"), "invoice ABC one two");
}

TEST(HtmlText, ReadsEntities) {
  EXPECT_EQ(words_of_html("R&amp;D &lt;b&gt; M&uuml;ller &#77;&#xFC;ller Stra&szlig;e 5&nbsp;&euro;"),
            "R&D <b> M\u00fcller M\u00fcller Stra\u00dfe 5 \u20ac");
}

TEST(HtmlText, TakesWhatIsNoEntityOrTagAsItIs) {
  EXPECT_EQ(words_of_html("a < b & c &; &nothing; &#0; &#xD800; &#99999999; 1<2"),
            "a < b & c &; &nothing; &#0; &#xD800; &#99999999; 1<2");
}

TEST(HtmlText, EndsWhereAnythingIsUnfinished) {
  for (const auto* html : {"<", "<!--", "<p", "</", "&", "&amp", "<style>x", "<script></scr", "<!", "<a href='"}) {
    EXPECT_EQ(words_of_html(std::string("seen ") + html).substr(0, 4), "seen") << html;
  }
}

TEST(HtmlText, TakesTimeInProportion) {
  std::string html;
  for (int i = 0; i < 200'000; ++i) html += "<style></";
  EXPECT_EQ(words_of_html(html), "");
  html.clear();
  for (int i = 0; i < 200'000; ++i) html += "<&<!";
  EXPECT_FALSE(words_of_html(html).empty());
}

}  // namespace
}  // namespace yestermail
