/* SPDX-License-Identifier: MIT */
/*
 * Writes the page, see redirect_page.h. It has no script, no image and nothing
 * to load, because its URL contains a code.
 */
#include "config.h"

#include "io/redirect_page.h"

#include "base/buf.h"
#include "base/html.h"
#include "base/i18n.h"

/* The digest in redirect_page_policy() is of exactly these bytes. */
static const char style[] =
	":root{color-scheme:light dark;--bg:#f2f4f8;--card:#fff;--ink:#16202e;"
	"--line:#dde3ec;--good:#12733b;--bad:#b3261e}"
	"@media(prefers-color-scheme:dark){:root{--bg:#0e131b;--card:#19212d;"
	"--ink:#eef2f8;--line:#2e3a4b;--good:#7fdba3;--bad:#ffb4ab}}"
	"body{box-sizing:border-box;margin:0;min-height:100vh;padding:16px;"
	"display:flex;align-items:center;justify-content:center;"
	"background:var(--bg);color:var(--ink);"
	"font:17px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
	"main{width:100%;max-width:430px;padding:24px 22px;"
	"background:var(--card);border:1px solid var(--line);"
	"border-radius:20px;text-align:center;overflow-wrap:anywhere}"
	"h1{font-size:25px;line-height:1.25;margin:0 0 8px}"
	"p{margin:0}"
	".mark{font-size:44px;line-height:1;margin:0 0 10px}"
	".good{color:var(--good)}.bad{color:var(--bad)}";

static const char *mark_html(enum redirect_mark mark)
{
	switch (mark) {
	case MARK_GOOD:
		return "<p class=\"mark good\" aria-hidden=\"true\">"
		       "&#10003;</p>\n";
	case MARK_BAD:
		return "<p class=\"mark bad\" aria-hidden=\"true\">"
		       "&#10005;</p>\n";
	case MARK_NONE:
		break;
	}
	return "";
}

void redirect_page(struct buf *out, enum redirect_mark mark, const char *title,
		   const char *text)
{
	html_begin(out, i18n_tag() != NULL ? i18n_tag() : "en", title, style);
	buf_adds(out, mark_html(mark));
	buf_adds(out, "<h1>");
	html_escape(out, title);
	buf_adds(out, "</h1>\n<p>");
	html_escape(out, text);
	buf_adds(out, "</p>\n</main>\n</body>\n</html>\n");
}

void redirect_page_policy(struct buf *out)
{
	html_policy(out, style, "'none'");
}
