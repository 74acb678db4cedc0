/* SPDX-License-Identifier: MIT */
/*
 * The table of faults and which of them are set, see fault.h. Knows nothing
 * of requests and answers.
 */
#include "config.h"

#include "practice/fault.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"

static const struct fault_row rows[FAULTS] = {
	[FAULT_NO_INTERVAL] = {"no-interval", "the code comes without interval",
			       AT_AUTHORIZE, false, 0},
	[FAULT_ZERO_INTERVAL] = {"zero-interval", "interval is 0", AT_AUTHORIZE,
				 false, 0},
	[FAULT_NEGATIVE_INTERVAL] = {"negative-interval", "interval is -5",
				     AT_AUTHORIZE, false, 0},
	[FAULT_HUGE_INTERVAL] = {"huge-interval", "interval is 10 to the 12th",
				 AT_AUTHORIZE, false, 0},
	[FAULT_STRING_NUMBERS] = {"string-numbers",
				  "numbers are quoted, as in \"300\"",
				  AT_AUTHORIZE | AT_POLL | AT_REFRESH, false,
				  0},
	[FAULT_EXPIRE_SOON] = {"expire-soon", "codes live for 10 s",
			       AT_AUTHORIZE, false, 0},
	[FAULT_BAD_URI] = {"bad-uri", "verification_uri is javascript:",
			   AT_AUTHORIZE, false, 0},
	[FAULT_HTTP_URI] = {"http-uri",
			    "verification_uri is plain http off this machine",
			    AT_AUTHORIZE, false, 0},
	[FAULT_NO_REDIRECT_URI] = {"no-redirect-uri",
				   "400 that names redirect_uri, as Webex "
				   "gives it",
				   AT_AUTHORIZE, true, 0},
	[FAULT_SLOW_DOWN] = {"slow-down", "slow_down three times", AT_POLL,
			     false, 3},
	[FAULT_DENY] = {"deny", "access_denied", AT_POLL, false, 0},
	[FAULT_REFRESH_INVALID_GRANT] = {"refresh-invalid-grant",
					 "refreshing answers invalid_grant",
					 AT_REFRESH, true, 0},
	[FAULT_INVALID_CLIENT] = {"invalid-client", "401 invalid_client",
				  AT_POLL, true, 0},
	[FAULT_UNKNOWN_ERROR] = {"unknown-error",
				 "400 with an error code nobody knows", AT_POLL,
				 true, 0},
	[FAULT_HTTP_500] = {"http-500", "500 with an empty JSON object",
			    AT_POLL, true, 0},
	[FAULT_HTML_502] = {"html-502", "502 with an HTML page, three times",
			    AT_POLL, true, 3},
	[FAULT_RATE_LIMIT] = {"rate-limit", "429 with Retry-After: 2", AT_POLL,
			      true, 0},
	[FAULT_RETRY_DATE] = {"retry-date",
			      "429 with an HTTP date 2 s ahead in Retry-After",
			      AT_POLL, true, 0},
	[FAULT_REDIRECT] = {"redirect", "302 to the same server", AT_POLL, true,
			    0},
	[FAULT_NOT_JSON] = {"not-json", "200 with plain text", AT_POLL, true,
			    0},
	[FAULT_EMPTY] = {"empty", "200 with nothing in it", AT_POLL, true, 0},
	[FAULT_TRUNCATED_JSON] = {"truncated-json",
				  "200 with JSON that breaks off", AT_POLL,
				  true, 0},
	[FAULT_BIG_BODY] = {"big-body", "32 MB, chunked", AT_POLL, true, 0},
	[FAULT_DRIP] = {"drip", "the answer comes a byte every 200 ms", AT_POLL,
			true, 0},
	[FAULT_HANG] = {"hang", "the answer never comes", AT_POLL, true, 0},
	[FAULT_DROP] = {"drop", "the connection closes without an answer",
			AT_POLL, true, 0},
	[FAULT_DROP_TOKEN] = {"drop-token",
			      "the answer with the tokens is lost once, "
			      "although it counted",
			      AT_POLL | AT_REFRESH, false, 1},
	[FAULT_HOSTILE_TEXT] = {"hostile-text",
				"escape sequences, C1 and bidirectional "
				"controls in texts",
				AT_AUTHORIZE | AT_POLL | AT_REFRESH |
					AT_PROFILE,
				false, 0},
	[FAULT_HUGE_PROFILE] = {"huge-profile",
				"10,000 fields and a depth of 50", AT_PROFILE,
				false, 0},
};

static const struct {
	const char *name;
	enum place place;
} places[] = {
	{"authorize", AT_AUTHORIZE}, {"poll", AT_POLL},
	{"refresh", AT_REFRESH},     {"profile", AT_PROFILE},
	{"revoke", AT_REVOKE},	     {"discovery", AT_DISCOVERY},
};

const struct fault_row *fault_row(enum fault fault)
{
	return &rows[fault];
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

/* The place of that name, 0 where there is none. */
static unsigned find_place(const char *s, size_t len)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (is_word(s, len, places[i].name))
			return places[i].place;
	return 0;
}

bool faults_set(struct faults *faults, const char *spec, struct err *err)
{
	size_t name_len = strcspn(spec, "@*");
	const char *rest = spec + name_len;
	unsigned at = 0;
	int64_t times = 0;
	int fault = 0;

	while (fault < FAULTS && !is_word(spec, name_len, rows[fault].name))
		fault++;
	if (fault == FAULTS)
		return err_set(err,
			       "There is no fault called \"%.*s\"; --help "
			       "lists them.",
			       (int)name_len, spec);
	if (*rest == '@') {
		size_t len = strcspn(++rest, "*");

		at = find_place(rest, len);
		if (at == 0)
			return err_set(err,
				       "\"%.*s\" is no place for a fault; use "
				       "authorize, poll, refresh, profile, "
				       "revoke or discovery.",
				       (int)len, rest);
		if (!rows[fault].anywhere && !(rows[fault].places & at))
			return err_set(err,
				       "The fault %s cannot strike at %.*s.",
				       rows[fault].name, (int)len, rest);
		rest += len;
	}
	if (*rest == '*' &&
	    !text_number(rest + 1, strlen(rest + 1), 1, 1000000, &times))
		return err_set(err,
			       "\"%s\" does not say how often: use a number "
			       "from 1 to 1000000.",
			       rest + 1);
	faults->set[fault].places = at ? at : rows[fault].places;
	faults->set[fault].left = times ? (int)times : rows[fault].times;
	return true;
}

void faults_clear(struct faults *faults)
{
	memset(faults, 0, sizeof *faults);
}

bool faults_strike(struct faults *faults, enum fault fault, enum place place)
{
	if (!(faults->set[fault].places & place))
		return false;
	if (faults->set[fault].left > 0 && --faults->set[fault].left == 0)
		faults->set[fault].places = 0;
	return true;
}
