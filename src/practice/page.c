/* SPDX-License-Identifier: MIT */
/*
 * The approval pages, see page.h. Made for a phone; they work without
 * JavaScript.
 */
#include "config.h"

#include "practice/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/html.h"
#include "base/mem.h"
#include "base/text.h"

/* The digest in page_policy() covers this text byte for byte. */
static const char style[] =
	":root{color-scheme:light dark;--bg:#f2f4f8;--card:#fff;--ink:#16202e;"
	"--soft:#56637a;--line:#dde3ec;--accent:#0b5fd0;--on-accent:#fff;"
	"--tint:#eaf1fc;--bad:#b3261e;--bad-tint:#fdecea;--good:#12733b}"
	"@media(prefers-color-scheme:dark){:root{--bg:#0e131b;--card:#19212d;"
	"--ink:#eef2f8;--soft:#a3b0c4;--line:#2e3a4b;--accent:#7fb2ff;"
	"--on-accent:#07192f;--tint:#1d2c42;--bad:#ffb4ab;--bad-tint:#3b1f20;"
	"--good:#7fdba3}}"
	"*{box-sizing:border-box}"
	"body{margin:0;min-height:100vh;display:flex;flex-direction:column;"
	"align-items:center;justify-content:center;padding:16px;"
	"background:var(--bg);color:var(--ink);"
	"font:17px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
	"main{width:100%;max-width:430px;background:var(--card);"
	"border:1px solid var(--line);border-radius:20px;padding:24px 22px;"
	"box-shadow:0 8px 30px rgba(10,25,50,.08)}"
	"h1{font-size:25px;line-height:1.25;margin:0 0 "
	"8px;letter-spacing:-.01em}"
	"p{margin:0 0 14px}"
	".code{margin:14px 0;padding:12px 8px;border-radius:14px;"
	"background:var(--tint);text-align:center;font:700 32px/1.2 "
	"ui-monospace,'SF Mono',Menlo,Consolas,monospace;letter-spacing:.1em;"
	"overflow-wrap:anywhere}"
	"dl{margin:0 0 14px;border-top:1px solid var(--line)}"
	"dl div{display:flex;gap:14px;padding:7px 0;"
	"border-bottom:1px solid var(--line)}"
	"dt{flex:0 0 86px;color:var(--soft);font-size:15px}"
	"dd{margin:0;min-width:0;overflow-wrap:anywhere}"
	"ul{margin:0;padding:0;list-style:none}li+li{margin-top:2px}"
	"label{display:block;font-weight:600;margin:18px 0 6px}"
	"input{width:100%;min-height:60px;padding:0 14px;border-radius:14px;"
	"border:2px solid var(--line);background:transparent;color:inherit;"
	"font:600 25px ui-monospace,'SF Mono',Menlo,Consolas,monospace;"
	"letter-spacing:.08em;text-align:center;text-transform:uppercase}"
	"button{width:100%;min-height:58px;margin-top:12px;border-radius:14px;"
	"border:2px solid var(--line);background:transparent;color:inherit;"
	"font:inherit;font-size:18px;font-weight:600;cursor:pointer}"
	"button.main{background:var(--accent);border-color:var(--accent);"
	"color:var(--on-accent)}"
	"input:focus-visible,button:focus-visible{outline:3px solid "
	"var(--accent);outline-offset:3px}"
	".alert{background:var(--bad-tint);color:var(--bad);padding:12px 14px;"
	"border-radius:12px;margin:14px 0 0}"
	".mark{font-size:44px;line-height:1;margin-bottom:10px}"
	".good{color:var(--good)}.bad{color:var(--bad)}"
	"footer{max-width:430px;margin-top:18px;text-align:center;"
	"color:var(--soft);font-size:14px}";

/* Descriptions of scopes; unknown ones are shown as they are. */
static const struct {
	const char *scope;
	const char *words;
} scopes[] = {
	{"openid", "Know who you are"},
	{"profile", "See your name and picture"},
	{"email", "See your email address"},
	{"phone", "See your phone number"},
	{"address", "See your postal address"},
	{"offline_access", "Stay signed in until you sign out"},
	{"spark:all", "Use Webex as you: messages, meetings and calls"},
	{"spark:kms", "Read and write your encrypted messages"},
	{"spark:people_read", "See the people in your organisation"},
	{"spark:rooms_read", "See your spaces"},
	{"spark:messages_read", "Read your messages"},
	{"spark:messages_write", "Send messages as you"},
	{"meeting:recordings_read", "See your meeting recordings"},
	{"meeting:schedules_read", "See your meetings"},
};

static void end(struct buf *out)
{
	buf_adds(out, "</main>\n"
		      "<footer>This is grantty's practice server. It uses no "
		      "real account.</footer>\n"
		      "</body>\n"
		      "</html>\n");
}

/* An attribute: name="value" with a space before it. */
static void attribute(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, " %s=\"", name);
	html_escape(out, value);
	buf_adds(out, "\"");
}

static void hidden(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, "<input type=\"hidden\"");
	attribute(out, "name", name);
	attribute(out, "value", value);
	buf_adds(out, ">\n");
}

void page_entry(struct buf *out, const char *action, const char *typed,
		const char *message)
{
	html_begin(out, "en", "Sign in a device", style);
	buf_adds(out, "<h1>Sign in a device</h1>\n<p>Enter the code that the "
		      "device shows. Capitals, spaces and dashes do not "
		      "matter.</p>\n");
	if (message) {
		buf_adds(out, "<p class=\"alert\" role=\"alert\">");
		html_escape(out, message);
		buf_adds(out, "</p>\n");
	}
	buf_adds(out, "<form method=\"get\"");
	attribute(out, "action", action);
	buf_adds(out, ">\n<label for=\"code\">Code</label>\n<input id=\"code\" "
		      "name=\"user_code\" required autofocus maxlength=\"24\" "
		      "autocomplete=\"off\" autocapitalize=\"characters\" "
		      "autocorrect=\"off\" spellcheck=\"false\"");
	if (typed)
		attribute(out, "value", typed);
	buf_adds(out, ">\n<button class=\"main\">Continue</button>\n</form>\n");
	end(out);
}

static void row(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, "<div><dt>");
	html_escape(out, name);
	buf_adds(out, "</dt><dd>");
	html_escape(out, value);
	buf_adds(out, "</dd></div>\n");
}

static const char *scope_words(const char *scope)
{
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
		if (strcmp(scopes[i].scope, scope) == 0)
			return scopes[i].words;
	return scope;
}

static void scope_list(struct buf *out, const char *scope)
{
	const char *word;
	size_t len;

	buf_adds(out, "<div><dt>It can</dt><dd><ul>\n");
	if (!scope[strspn(scope, " ")])
		buf_adds(out, "<li>Know that you approved it</li>\n");
	while ((word = text_next_word(&scope, " ", &len)) != NULL) {
		char *name = xstrndup(word, len);

		buf_adds(out, "<li>");
		html_escape(out, scope_words(name));
		buf_adds(out, "</li>\n");
		free(name);
	}
	buf_adds(out, "</ul></dd></div>\n");
}

void page_question(struct buf *out, const struct page_question *question)
{
	html_begin(out, "en", "Approve this device?", style);
	buf_adds(out, "<h1>Approve this device?</h1>\n"
		      "<p>Approve only if you are standing at this device, "
		      "and it shows exactly this code:</p>\n"
		      "<div class=\"code\">");
	html_escape(out, question->user_code);
	buf_adds(out, "</div>\n<dl>\n");
	row(out, "Device", *question->device ? question->device : "unnamed");
	row(out, "Address", question->peer);
	row(out, "Client", question->client_id);
	row(out, "You are", question->user);
	scope_list(out, question->scope);
	buf_adds(out, "</dl>\n<form method=\"post\"");
	attribute(out, "action", question->action);
	buf_adds(out, ">\n");
	hidden(out, "user_code", question->user_code);
	hidden(out, "form_token", question->form_token);
	buf_adds(out, "<button class=\"main\" name=\"decision\" "
		      "value=\"approve\">Approve</button>\n"
		      "<button name=\"decision\" value=\"deny\">Deny</button>\n"
		      "</form>\n");
	end(out);
}

void page_result(struct buf *out, bool good, const char *title,
		 const char *text)
{
	html_begin(out, "en", title, style);
	buf_addf(out, "<div class=\"mark %s\" aria-hidden=\"true\">%s</div>\n",
		 good ? "good" : "bad", good ? "&#10003;" : "&#10005;");
	buf_adds(out, "<h1>");
	html_escape(out, title);
	buf_adds(out, "</h1>\n<p>");
	html_escape(out, text);
	buf_adds(out, "</p>\n");
	end(out);
}

void page_policy(struct buf *out)
{
	html_policy(out, style, "'self'");
}
