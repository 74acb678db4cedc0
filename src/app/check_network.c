/* SPDX-License-Identifier: MIT */
/*
 * What the first answer of each server shows about the path to it: proxy, name,
 * connection, certificate, and whether the clocks agree. Sends nothing.
 */
#include "config.h"

#include "app/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "app/report.h"
#include "base/url.h"
#include "io/environment.h"
#include "oauth/http_message.h"

enum {
	OFFSET_MAX_S = 60, /* accepted clock difference */
	HOST_SIZE = 256
};

/* ---- The proxy */

/* The proxy and where it is set, found as libcurl does. NULL: none. */
static const char *proxy_in_force(const struct conf *conf, const char **origin)
{
	static const char *const names[] = {"https_proxy", "HTTPS_PROXY",
					    "all_proxy", "ALL_PROXY"};

	*origin = "network.proxy";
	if (strcmp(conf->network.proxy, "none") == 0)
		return NULL;
	if (conf->network.proxy[0] != '\0')
		return conf->network.proxy;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = environment_value(names[i]);

		*origin = names[i];
		if (value != NULL)
			return value;
	}
	*origin = NULL;
	return NULL;
}

/* Only host and port: a user name and password may precede them. */
static void proxy_host(char *dst, size_t size, const char *proxy)
{
	const char *scheme = strstr(proxy, "://");
	const char *start = scheme != NULL ? scheme + 3 : proxy;
	const char *end = strrchr(start, '@');

	if (end != NULL)
		start = end + 1;
	snprintf(dst, size, "%.*s", (int)strcspn(start, "/"), start);
}

/* True if the proxy might be bypassed: one set in the configuration has no
 * exceptions. */
static bool has_exceptions(const char *origin)
{
	return strcmp(origin, "network.proxy") != 0 &&
	       (environment_value("no_proxy") != NULL ||
		environment_value("NO_PROXY") != NULL);
}

/* False if the proxy is what fails. */
static bool report_proxy_answer(struct report *report,
				const struct reply *reply, const char *host,
				const char *origin)
{
	int status = reply->proxy_status;

	if (status == 407)
		report_row(
			report, OUTCOME_FAIL, "proxy",
			"set network.proxy to http://NAME:PASSWORD@HOST:PORT",
			"%s (from %s) requires a user name and password", host,
			origin);
	else if (status >= 300)
		report_row(report, OUTCOME_FAIL, "proxy",
			   "ask the proxy's administrator to allow this "
			   "machine",
			   "%s (from %s) refused the connection (status %d)",
			   host, origin, status);
	/* A SOCKS proxy has no status. */
	else if (status != 0 ||
		 (reply->net == NET_OK && !has_exceptions(origin)))
		report_ok(report, "proxy", "%s (from %s) allows the connection",
			  host, origin);
	else if (reply->net == NET_OK)
		report_ok(report, "proxy",
			  "%s (from %s) is not used for this server (NO_PROXY)",
			  host, origin);
	else
		report_row(report, OUTCOME_WARN, "proxy",
			   "check whether it is the right one; network.proxy "
			   "= \"none\" turns it off",
			   "%s (from %s) may be the cause of the failure", host,
			   origin);
	return status < 300;
}

static bool report_proxy(struct check *check, const struct reply *reply,
			 const struct url *url)
{
	const char *origin;
	const char *proxy = proxy_in_force(&check->setup.conf, &origin);
	char host[HOST_SIZE];

	if (proxy == NULL) {
		report_ok(check->report, "proxy",
			  origin != NULL ? "turned off by network.proxy"
					 : "not set");
		return true;
	}
	proxy_host(host, sizeof(host), proxy);
	if (url_is_loopback(url))
		report_ok(check->report, "proxy",
			  "%s (from %s) is not used for this machine itself",
			  host, origin);
	else
		return report_proxy_answer(check->report, reply, host, origin);
	return true;
}

/* ---- The path to the server */

/* Behind a proxy, the proxy resolves names, and only its own address is
 * known. */
static void report_address(struct report *report, const struct reply *reply,
			   const struct url *url)
{
	const char *address = reply->address;

	if (reply->proxy_status != 0 || address == NULL ||
	    (strlen(address) == url->host_len &&
	     strncmp(address, url->host, url->host_len) == 0))
		return;
	report_ok(report, "resolve", "%.*s resolves to %s (%s)",
		  (int)url->host_len, url->host, address,
		  strchr(address, ':') != NULL ? "IPv6" : "IPv4");
}

static void report_certificate(struct report *report, const struct reply *reply,
			       const struct url *url)
{
	char until[CHECK_DATE_SIZE];

	if (!url->https)
		return;
	if (reply->issuer == NULL || reply->expires_s == 0) {
		report_ok(report, "tls", "the certificate of %.*s is trusted",
			  (int)url->host_len, url->host);
		return;
	}
	check_format_date(until, reply->expires_s);
	report_ok(report, "tls",
		  "the certificate of %.*s is trusted; issued by \"%s\", "
		  "valid until %s",
		  (int)url->host_len, url->host, reply->issuer, until);
}

/* What to do about a failure that does not say so itself. */
static const char *advice_of(const struct reply *reply, const char *otherwise)
{
	return reply->advice != NULL ? reply->advice : otherwise;
}

/* A row with what failed, without the advice that it ends with. */
static void report_what(struct report *report, const char *check,
			const char *advice, const struct reply *reply)
{
	const char *what = reply->what;
	const char *end =
		reply->advice != NULL ? strstr(what, reply->advice) : NULL;

	if (end != NULL)
		report_row(report, OUTCOME_FAIL, check, advice, "%.*s.",
			   (int)(end - what - (int)strlen("; ")), what);
	else
		report_row(report, OUTCOME_FAIL, check, advice, "%s", what);
}

static void report_failure(const struct check *check, const struct reply *reply)
{
	struct report *report = check->report;

	switch (reply->net) {
	case NET_OK:
		return;
	case NET_RESOLVE:
		report_what(report, "resolve",
			    advice_of(reply, "check the network"), reply);
		return;
	case NET_TLS:
		report_what(report, "tls",
			    check->clock_is_off
				    ? "set the clock first"
				    : advice_of(reply,
						"check whether the clock is "
						"right, and whether a proxy or "
						"a captive portal intercepts "
						"TLS; for a certificate "
						"authority of your own, set "
						"network.ca_file"),
			    reply);
		return;
	case NET_CONNECT:
	case NET_TIMEOUT:
	case NET_TOO_LARGE:
	case NET_OTHER:
		break;
	}
	report_what(report, "connection",
		    advice_of(reply, "check the network, any firewall and "
				     "network.proxy"),
		    reply);
}

static void report_offset(struct report *report, int64_t off_s)
{
	if (off_s < 0)
		off_s = -off_s;
	if (off_s > OFFSET_MAX_S)
		report_row(report, OUTCOME_WARN, "clock_offset",
			   "set the clock by NTP (timedatectl set-ntp true)",
			   "the clock differs by %" PRId64
			   " seconds from the provider's",
			   off_s);
	else
		report_ok(report, "clock_offset",
			  "the clock agrees with the provider's");
}

void check_first_answer(struct check *check, const char *address,
			const struct reply *reply)
{
	bool passes = true;
	struct url url;

	if (!url_split(address, &url))
		return;
	if (!check->knows_proxy)
		passes = report_proxy(check, reply, &url);
	check->knows_proxy = true;
	if (!passes && reply->net != NET_OK) {
		report_skip(check->report, OUTCOME_FAIL, "connection",
			    "the proxy does not allow it");
		return;
	}
	if (reply->net != NET_OK) {
		report_failure(check, reply);
		return;
	}
	report_address(check->report, reply, &url);
	report_ok(check->report, "connection", "%.*s answers",
		  (int)(url.path - address), address);
	report_certificate(check->report, reply, &url);
	if (!check->knows_offset && reply->date_s != 0) {
		check->knows_offset = true;
		report_offset(check->report, clock_wall_s() - reply->date_s);
	}
}
