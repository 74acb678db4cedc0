/* SPDX-License-Identifier: MIT */
/*
 * Splits URLs without changing them. Rejects anything that a resolver or
 * another parser could read differently (backslashes, short or hexadecimal
 * addresses, empty labels). Resolves nothing.
 */
#include "config.h"

#include "base/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/text.h"

enum { NAME_MAX_LEN = 253, LABEL_MAX_LEN = 63 }; /* RFC 1035 section 2.3.4 */

/* True if the n bytes at a and b are equal, ignoring case. */
static bool same(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	}
	return true;
}

/* True if s begins with prefix, ignoring case. */
static bool has_prefix(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strnlen(s, n) == n && same(s, prefix, n);
}

static bool parse_address(int family, const char *s, size_t n, void *out)
{
	char text[INET6_ADDRSTRLEN];

	if (n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	return inet_pton(family, text, out) == 1;
}

/* Labels of letters, digits and '-', none of which is empty. */
static bool is_name(const char *s, size_t n)
{
	size_t label = 0;

	if (n > NAME_MAX_LEN)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.' && label > 0)
			label = 0;
		else if (ascii_is_alnum(s[i]) || s[i] == '-')
			label++;
		else
			return false;
		if (label > LABEL_MAX_LEN)
			return false;
	}
	return label > 0;
}

/*
 * True if the last label is a number to inet_aton(3) and browsers, which then
 * take the whole host for an IPv4 address.
 */
static bool ends_in_number(const char *s, size_t n)
{
	size_t i = n;

	while (i > 0 && s[i - 1] != '.')
		i--;
	if (n - i >= 2 && s[i] == '0' && ascii_lower(s[i + 1]) == 'x') {
		for (i += 2; i < n && ascii_is_hex_digit(s[i]); i++)
			;
	} else {
		for (; i < n && ascii_is_digit(s[i]); i++)
			;
	}
	return i == n;
}

static bool is_host(const char *s, size_t n)
{
	struct in_addr address;

	if (!is_name(s, n))
		return false;
	return !ends_in_number(s, n) || parse_address(AF_INET, s, n, &address);
}

/* Splits "host", "host:port", "[v6]" or "[v6]:port". */
static bool split_host(const char *s, size_t n, struct url *url)
{
	struct in6_addr address;
	const char *host = s, *end;
	size_t host_len;
	int64_t port;

	if (n > 0 && s[0] == '[') {
		end = memchr(s, ']', n);
		if (end == NULL)
			return false;
		host = s + 1;
		host_len = (size_t)(end - host);
		if (!parse_address(AF_INET6, host, host_len, &address))
			return false;
		end++;
	} else {
		end = memchr(s, ':', n);
		if (end == NULL)
			end = s + n;
		host_len = (size_t)(end - host);
		if (!is_host(host, host_len))
			return false;
	}
	url->host = host;
	url->host_len = host_len;
	if (end == s + n)
		return true;
	if (*end++ != ':' ||
	    !text_number(end, (size_t)(s + n - end), 1, 65535, &port))
		return false;
	url->port = (int)port;
	return true;
}

bool url_split(const char *s, struct url *url)
{
	struct url parts = {0};
	size_t n, at; /* at: past the last '@' */

	if (!text_is_ascii(s, strlen(s)) || strpbrk(s, " \\") != NULL)
		return false;
	parts.https = has_prefix(s, "https://");
	if (!parts.https && !has_prefix(s, "http://"))
		return false;
	s += strlen(parts.https ? "https://" : "http://");
	n = strcspn(s, "/?#");
	parts.path = s[n] == '#' ? "" : s + n;
	for (at = n; at > 0 && s[at - 1] != '@'; at--)
		;
	parts.has_userinfo = at > 0;
	s += at;
	n -= at;
	if (!split_host(s, n, &parts))
		return false;
	*url = parts;
	return true;
}

bool url_is_loopback(const struct url *url)
{
	struct in6_addr six;
	struct in_addr four;

	if (parse_address(AF_INET, url->host, url->host_len, &four))
		return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
	if (parse_address(AF_INET6, url->host, url->host_len, &six))
		return IN6_IS_ADDR_LOOPBACK(&six);
	return url->host_len == strlen("localhost") &&
	       same(url->host, "localhost", url->host_len);
}

/* 127/8, and 0/8: a connection to 0.0.0.0 also ends at this host (RFC 1122
 * section 3.2.1.3). */
static bool is_loopback_address(uint32_t address)
{
	return address >> 24 == IN_LOOPBACKNET || address >> 24 == 0;
}

/* True if the address embeds an IPv4 address that is_loopback_address(), by one
 * of the prefixes that do so (RFC 4291 section 2.5.5, RFC 6052 section 2.1).
 * These cover :: and ::1. */
static bool embeds_loopback(const struct in6_addr *six)
{
	static const uint8_t prefixes[][12] = {
		{0},
		{[10] = 0xff, [11] = 0xff},
		{[1] = 0x64, [2] = 0xff, [3] = 0x9b},
	};
	uint32_t four;

	memcpy(&four, six->s6_addr + 12, sizeof(four));
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (memcmp(six->s6_addr, prefixes[i], 12) == 0)
			return is_loopback_address(ntohl(four));
	}
	return false;
}

bool url_may_be_loopback(const struct url *url)
{
	/* Names below them count, too: RFC 6761 section 6.3, and what
	 * distributions write to /etc/hosts. */
	static const char *const names[] = {
		"localhost",	 "localhost.localdomain",
		"localhost4",	 "localhost4.localdomain4",
		"localhost6",	 "localhost6.localdomain6",
		"ip6-localhost", "ip6-loopback",
	};
	struct in6_addr six;
	struct in_addr four;

	if (parse_address(AF_INET, url->host, url->host_len, &four))
		return is_loopback_address(ntohl(four.s_addr));
	if (parse_address(AF_INET6, url->host, url->host_len, &six))
		return embeds_loopback(&six);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);
		size_t at = url->host_len - n;

		if (url->host_len >= n && same(url->host + at, names[i], n) &&
		    (at == 0 || url->host[at - 1] == '.'))
			return true;
	}
	return false;
}

bool url_is_safe(const struct url *url)
{
	return !url->has_userinfo && (url->https || url_is_loopback(url));
}

char *url_for_log(const char *s)
{
	const char *scheme = strstr(s, "://");
	const char *start = scheme != NULL ? scheme + strlen("://") : s;
	size_t n = strcspn(start, "/?#"), rest;
	struct buf out;
	struct url url;

	/* The password in a malformed URL may contain '/', '?' or '#'. */
	if (!url_split(s, &url) && strrchr(start, '@') != NULL)
		n = strlen(start);
	while (n > 0 && start[n - 1] != '@')
		n--;
	buf_init(&out, strlen(s) + 2 * sizeof("***@"));
	(void)buf_add(&out, s, (size_t)(start - s));
	if (n > 0)
		(void)buf_adds(&out, "***@");
	start += n;
	rest = strcspn(start, "?#");
	(void)buf_add(&out, start, rest);
	if (start[rest] != '\0')
		(void)buf_addf(&out, "%c***", start[rest]);
	return buf_take(&out);
}

int url_port(const struct url *url)
{
	if (url->port != 0)
		return url->port;
	return url->https ? 443 : 80;
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return a->https == b->https && a->host_len == b->host_len &&
	       same(a->host, b->host, a->host_len) &&
	       url_port(a) == url_port(b);
}

bool url_host_matches(const struct url *url, const char *pattern)
{
	size_t n = strlen(pattern);

	if (pattern[0] != '*')
		return n == url->host_len && same(url->host, pattern, n);
	/* ".example.org", with at least one character before it. */
	pattern++;
	n--;
	return pattern[0] == '.' && url->host_len > n &&
	       same(url->host + url->host_len - n, pattern, n);
}

bool url_spells_loopback(const char *text)
{
	const char *host = strstr(text, "://");
	char name[NAME_MAX_LEN + 1];
	struct in_addr address;
	size_t n;

	if (host == NULL)
		return false;
	host += 3;
	n = strcspn(host, ":/?#\\");
	while (n > 0 && host[n - 1] == '.')
		n--;
	if (n == 0 || n >= sizeof(name))
		return false;
	memcpy(name, host, n);
	name[n] = '\0';
	if (inet_aton(name, &address) != 0)
		return ntohl(address.s_addr) >> 24 == 127;
	return n >= 9 && same(name + n - 9, "localhost", 9) &&
	       (n == 9 || name[n - 10] == '.');
}
