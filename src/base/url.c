/* SPDX-License-Identifier: MIT */
/*
 * Takes URLs apart without changing them. What a resolver or another parser
 * could read differently (backslashes, short or hexadecimal addresses, empty
 * labels) is refused, never guessed. Resolves nothing.
 */
#include "config.h"

#include "base/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

enum { NAME_MAX_LEN = 253, LABEL_MAX_LEN = 63 }; /* RFC 1035 section 2.3.4 */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex_digit(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

/* Whether the n bytes at a and at b are equal, without case. */
static bool same(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (lower(a[i]) != lower(b[i]))
			return false;
	}
	return true;
}

/* Whether s begins with prefix, without case. */
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

/* Labels of letters, digits and '-', none of them empty. */
static bool is_name(const char *s, size_t n)
{
	size_t label = 0;

	if (n > NAME_MAX_LEN)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.' && label > 0)
			label = 0;
		else if (is_digit(s[i]) || s[i] == '-' ||
			 (lower(s[i]) >= 'a' && lower(s[i]) <= 'z'))
			label++;
		else
			return false;
		if (label > LABEL_MAX_LEN)
			return false;
	}
	return label > 0;
}

/*
 * Whether the last label is a number, as inet_aton(3) and browsers understand
 * it: then the whole host is an address to them, whatever it looks like.
 */
static bool ends_in_number(const char *s, size_t n)
{
	size_t i = n;

	while (i > 0 && s[i - 1] != '.')
		i--;
	if (n - i >= 2 && s[i] == '0' && lower(s[i + 1]) == 'x') {
		for (i += 2; i < n && is_hex_digit(s[i]); i++)
			;
	} else {
		for (; i < n && is_digit(s[i]); i++)
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

/* Takes "host", "host:port", "[v6]" or "[v6]:port" apart. */
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

	for (const char *c = s; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~' || *c == '\\')
			return false;
	}
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

bool url_is_safe(const struct url *url)
{
	return !url->has_userinfo && (url->https || url_is_loopback(url));
}

bool url_host_matches(const struct url *url, const char *pattern)
{
	size_t n = strlen(pattern);

	if (pattern[0] != '*')
		return n == url->host_len && same(url->host, pattern, n);
	/* ".example.org", with something before it. */
	pattern++;
	n--;
	return pattern[0] == '.' && url->host_len > n &&
	       same(url->host + url->host_len - n, pattern, n);
}
