/* SPDX-License-Identifier: MIT */
/*
 * "Keep-Alive: timeout=5, max=100" is from RFC 2068 section 19.7.1; Node,
 * Apache and others still send it.
 */
#include "config.h"

#include "io/http_kept.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/url.h"

#define IDLE_MAX_S 86400
#define REQUESTS_MAX INT32_MAX

/*
 * A server may close an idle connection at any time (RFC 9112 section 9.3), and
 * now and then a request is sent at the same moment. Two losses in a row, or a
 * few more with few answers in between, are more than chance: a loss adds this
 * much doubt, and an answer on a kept connection removes 1.
 */
enum { DOUBT_OF_LOSS = 50, DOUBT_MAX = 2 * DOUBT_OF_LOSS };

/* Copies scheme, host and port into KEPT_ORIGIN_SIZE bytes; false if they do
 * not fit. */
static bool take_origin(char *dst, const char *address)
{
	struct url url;
	size_t len;

	if (!url_split(address, &url))
		return false;
	len = (size_t)(url.host - address) + url.host_len;
	len += strcspn(address + len, "/?#");
	if (len >= KEPT_ORIGIN_SIZE)
		return false;
	memcpy(dst, address, len);
	dst[len] = '\0';
	return true;
}

/* The number after name, which ends in "=", in the list; -1 if there is
 * none. */
static int64_t read_number(const char *header, const char *name, int64_t max)
{
	size_t skip = strlen(name);
	int64_t number = -1;
	const char *word;
	size_t len;

	while ((word = text_next_word(&header, ", \t", &len)) != NULL) {
		if (len > skip && strncasecmp(word, name, skip) == 0 &&
		    text_number(word + skip, len - skip, 0, max, &number))
			return number;
	}
	return -1;
}

/* The index of that server; KEPT_SERVERS if it has no entry. */
static size_t find(const struct kept *kept, const char *url)
{
	char origin[KEPT_ORIGIN_SIZE];
	size_t i = 0;

	if (!take_origin(origin, url))
		return KEPT_SERVERS;
	while (i < KEPT_SERVERS &&
	       strcasecmp(kept->servers[i].origin, origin) != 0)
		i++;
	return i;
}

/* The entry of that server, added if missing; NULL if its origin does not
 * fit. */
static struct kept_server *enter(struct kept *kept, const char *url)
{
	size_t i = find(kept, url);
	char origin[KEPT_ORIGIN_SIZE];
	struct kept_server *server;

	if (i < KEPT_SERVERS)
		return &kept->servers[i];
	if (!take_origin(origin, url))
		return NULL;
	server = &kept->servers[kept->next++ % KEPT_SERVERS];
	*server =
		(struct kept_server){.idle_s = -1, .first_max = -1, .left = -1};
	memcpy(server->origin, origin, strlen(origin));
	return server;
}

/*
 * How many requests max= still allows. Apache counts down with each answer;
 * Node always sends the same number, the total for a connection.
 */
static int64_t count_left(const struct kept_server *server, int64_t max)
{
	int64_t left = max - server->served;

	if (max < 0)
		return -1;
	if (server->first_max >= 0 && max < server->first_max)
		left = max - 1;
	return left > 0 ? left : 0;
}

void kept_note(struct kept *kept, const char *url, const char *keep_alive,
	       bool reused, int64_t now_ms)
{
	struct kept_server *server = enter(kept, url);
	const char *text = keep_alive != NULL ? keep_alive : "";
	int64_t idle_s = read_number(text, "timeout=", IDLE_MAX_S);
	int64_t max = read_number(text, "max=", REQUESTS_MAX);

	if (server == NULL)
		return;
	server->served = reused ? server->served + 1 : 1;
	if (!reused)
		server->first_max = max;
	else if (server->doubt > 0)
		server->doubt--;
	server->left = count_left(server, max);
	server->idle_s = idle_s > 0 ? idle_s - 1 : idle_s;
	server->answered_ms = now_ms;
}

void kept_lose(struct kept *kept, const char *url)
{
	struct kept_server *server = enter(kept, url);

	if (server != NULL)
		server->doubt += DOUBT_OF_LOSS;
}

int64_t kept_idle_s(const struct kept *kept, const char *url)
{
	size_t i = find(kept, url);

	return i < KEPT_SERVERS ? kept->servers[i].idle_s : -1;
}

bool kept_is_over(const struct kept *kept, const char *url, int64_t now_ms)
{
	size_t i = find(kept, url);
	const struct kept_server *server;

	if (i == KEPT_SERVERS)
		return false;
	server = &kept->servers[i];
	return (server->left >= 0 && server->left < 1) ||
	       (server->idle_s >= 0 &&
		now_ms - server->answered_ms >= server->idle_s * 1000);
}

bool kept_is_distrusted(const struct kept *kept, const char *url)
{
	size_t i = find(kept, url);

	return i < KEPT_SERVERS && kept->servers[i].doubt >= DOUBT_MAX;
}
