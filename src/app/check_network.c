/* SPDX-License-Identifier: MIT */
/*
 * What the first answer of each server tells about the way to it: proxy, name,
 * connection, certificate, and whether the clock agrees. Sends nothing.
 */
#include "config.h"

#include "app/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/report.h"
#include "base/url.h"
#include "core/exchange.h"

enum {
	OFFSET_MAX_S = 60, /* a clock may be off by that */
	HOST_SIZE = 256
};

/* ---- The proxy */

/* Which proxy there is, and where that is set; as libcurl looks for it. NULL:
 * none. */
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
		const char *value = getenv(names[i]);

		*origin = names[i];
		if (value != NULL && value[0] != '\0')
			return value;
	}
	*origin = NULL;
	return NULL;
}

/* Host and port alone: before them may be a name and a password. */
static void proxy_host(char *dst, size_t size, const char *proxy)
{
	const char *scheme = strstr(proxy, "://");
	const char *start = scheme != NULL ? scheme + 3 : proxy;
	const char *end = strrchr(start, '@');

	if (end != NULL)
		start = end + 1;
	snprintf(dst, size, "%.*s", (int)strcspn(start, "/"), start);
}

static void say_proxy_answer(struct report *report, const struct reply *reply,
			     const char *host, const char *origin)
{
	int status = reply->proxy_status;

	if (status == 407)
		report_row(
			report, OUTCOME_FAIL, "proxy",
			"set network.proxy to http://NAME:PASSWORD@HOST:PORT",
			"%s, from %s, wants a name and a password", host,
			origin);
	else if (status >= 300)
		report_row(report, OUTCOME_FAIL, "proxy",
			   "ask whoever runs it to let this machine through",
			   "%s, from %s, refuses (status %d)", host, origin,
			   status);
	else if (status != 0)
		report_row(report, OUTCOME_OK, "proxy", NULL,
			   "%s, from %s, lets it through", host, origin);
	else if (reply->net == NET_OK)
		report_row(
			report, OUTCOME_OK, "proxy", NULL,
			"%s, from %s, is not used for this server (NO_PROXY)",
			host, origin);
	else
		report_row(report, OUTCOME_WARN, "proxy",
			   "see whether it is the right one; network.proxy = "
			   "\"none\" goes without",
			   "%s, from %s, may be what does not answer", host,
			   origin);
}

static void say_proxy(struct check *check, const struct reply *reply,
		      const struct url *url)
{
	const char *origin;
	const char *proxy = proxy_in_force(&check->setup.conf, &origin);
	char host[HOST_SIZE];

	if (proxy == NULL) {
		report_row(check->report, OUTCOME_OK, "proxy", NULL,
			   origin != NULL ? "none, by network.proxy"
					  : "none is set");
		return;
	}
	proxy_host(host, sizeof(host), proxy);
	if (url_is_loopback(url))
		report_row(check->report, OUTCOME_OK, "proxy", NULL,
			   "%s, from %s, is not used for this machine itself",
			   host, origin);
	else
		say_proxy_answer(check->report, reply, host, origin);
}

/* ---- The way to the server */

/* Behind a proxy it is the proxy that resolves names, and it is the only one
 * that is seen. */
static void say_address(struct report *report, const struct reply *reply,
			const struct url *url)
{
	const char *address = reply->address;

	if (reply->proxy_status != 0 || address == NULL ||
	    (strlen(address) == url->host_len &&
	     strncmp(address, url->host, url->host_len) == 0))
		return;
	report_row(report, OUTCOME_OK, "resolve", NULL, "%.*s is %s (%s)",
		   (int)url->host_len, url->host, address,
		   strchr(address, ':') != NULL ? "IPv6" : "IPv4");
}

static void say_certificate(struct report *report, const struct reply *reply,
			    const struct url *url)
{
	char until[CHECK_DATE_SIZE];

	if (!url->https)
		return;
	if (reply->issuer == NULL || reply->expires_s == 0) {
		report_row(report, OUTCOME_OK, "tls", NULL,
			   "the certificate of %.*s is trusted",
			   (int)url->host_len, url->host);
		return;
	}
	check_format_date(until, reply->expires_s);
	report_row(report, OUTCOME_OK, "tls", NULL,
		   "the certificate of %.*s is trusted, by \"%s\" until %s",
		   (int)url->host_len, url->host, reply->issuer, until);
}

static void say_failure(const struct check *check, const struct reply *reply)
{
	struct report *report = check->report;

	switch (reply->net) {
	case NET_OK:
		return;
	case NET_RESOLVE:
		report_row(report, OUTCOME_FAIL, "resolve",
			   "see that the network is up and that "
			   "/etc/resolv.conf names a DNS server that answers",
			   "%s", reply->what);
		return;
	case NET_TLS:
		report_row(report, OUTCOME_FAIL, "tls",
			   check->clock_is_off
				   ? "set the clock first"
				   : "see whether the clock is right; an "
				     "authority of your own goes into "
				     "network.ca_file",
			   "%s", reply->what);
		return;
	case NET_CONNECT:
	case NET_TIMEOUT:
	case NET_TOO_LARGE:
	case NET_OTHER:
		break;
	}
	report_row(report, OUTCOME_FAIL, "connection",
		   "see whether the network, a firewall or network.proxy is in "
		   "the way",
		   "%s", reply->what);
}

static void say_offset(struct report *report, int64_t off_s)
{
	if (off_s < 0)
		off_s = -off_s;
	if (off_s > OFFSET_MAX_S)
		report_row(report, OUTCOME_WARN, "clock_offset",
			   "set the clock, by NTP (timedatectl set-ntp true)",
			   "the clock is %" PRId64
			   " seconds off from the provider's",
			   off_s);
	else
		report_row(report, OUTCOME_OK, "clock_offset", NULL,
			   "the clock agrees with the provider's");
}

void check_first_answer(struct check *check, const char *address,
			const struct reply *reply)
{
	struct url url;

	if (!url_split(address, &url))
		return;
	if (!check->knows_proxy)
		say_proxy(check, reply, &url);
	check->knows_proxy = true;
	if (reply->net != NET_OK) {
		say_failure(check, reply);
		return;
	}
	say_address(check->report, reply, &url);
	report_row(check->report, OUTCOME_OK, "connection", NULL,
		   "%.*s answers", (int)(url.path - address), address);
	say_certificate(check->report, reply, &url);
	if (!check->knows_offset && reply->date_s != 0) {
		check->knows_offset = true;
		say_offset(check->report, clock_wall_s() - reply->date_s);
	}
}
