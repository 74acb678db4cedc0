/* SPDX-License-Identifier: MIT */
/*
 * The practice server's endpoints and pages, one call after another on the same
 * state. Nobody who lacks the page's proof or the control token approves
 * anything.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <sodium.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "fuzz.h"
#include "practice/call.h"
#include "practice/grants.h"
#include "practice/router.h"
#include "practice/service.h"

static const struct service_options options = {
	.public_url = "http://127.0.0.1:8628",
	.client_id = "practice",
	.client_secret = "practice-secret",
	.control_token = "VbUZ7wP0mXq4nT1eYc9KdA", /* in no seed */
	.expires_s = 300,
	.interval_s = -1,
	.token_lifetime_s = 3600,
	.approve_after_s = -1,
};

/*
 * The server's tables are made for a thousand sign-ins, of which an input has a
 * few: with AddressSanitizer, mapping them took nearly all of the time. So what
 * is so large comes from here (ld's --wrap), between pages that nobody may
 * touch, and is used again: it is wiped by whoever frees it, but for counters
 * at its front. Now and then that is looked at.
 */
enum {
	SLOTS = 4,
	SLOT_SIZE = 8 << 20,
	LARGE = 256 << 10,
	EDGE = 64 << 10,
	FRONT = 64,
	LOOK_EVERY = 1024
};

static struct slot {
	char *start; /* of the slot; the table ends where it ends */
	void *table; /* NULL: free */
	size_t size; /* of the table */
	unsigned freed;
} slots[SLOTS];

void *__real_calloc(size_t count, size_t size);
void __real_free(void *data);
void *__wrap_calloc(size_t count, size_t size);
void __wrap_free(void *data);

static bool map_slot(struct slot *slot)
{
	char *start = mmap(NULL, SLOT_SIZE + 2 * EDGE, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED)
		return false;
	slot->start = start + EDGE;
	return mprotect(slot->start, SLOT_SIZE, PROT_READ | PROT_WRITE) == 0;
}

void *__wrap_calloc(size_t count, size_t size)
{
	const size_t align = 16;

	if (size == 0 || count > SLOT_SIZE / size || count * size < LARGE)
		return __real_calloc(count, size);
	for (int i = 0; i < SLOTS; i++) {
		struct slot *slot = &slots[i];

		if (slot->table != NULL ||
		    (slot->start == NULL && !map_slot(slot)))
			continue;
		slot->size = (count * size + align - 1) / align * align;
		slot->table = slot->start + SLOT_SIZE - slot->size;
		return slot->table;
	}
	return __real_calloc(count, size);
}

void __wrap_free(void *data)
{
	for (int i = 0; data != NULL && i < SLOTS; i++) {
		if (slots[i].table != data)
			continue;
		memset(data, 0, FRONT);
		if (slots[i].freed++ % LOOK_EVERY == 0)
			must(sodium_is_zero(data, slots[i].size));
		slots[i].table = NULL;
		return;
	}
	__real_free(data);
}

/* The value of the header, "" where it has none; it ends at a NUL. */
static const char *header_of(const struct answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->header_count; i++) {
		const struct header *header = &answer->headers[i];

		must(is_header_safe(header->value));
		if (strcmp(header->name, name) == 0)
			return header->value;
	}
	return "";
}

static void check_answer(const struct answer *answer)
{
	const char *type = answer->type != NULL ? answer->type : "";
	struct json *json;

	must(answer->status >= 200 && answer->status < 600);
	must(!answer->body.failed);
	must(strcmp(header_of(answer, "Cache-Control"), "no-store") == 0);
	must(strcmp(header_of(answer, "X-Content-Type-Options"), "nosniff") ==
	     0);
	if (strncmp(type, "text/html", 9) == 0) {
		must(strcmp(header_of(answer, "X-Frame-Options"), "DENY") == 0);
		must(strstr(header_of(answer, "Content-Security-Policy"),
			    "frame-ancestors 'none'") != NULL);
		must(strstr(buf_text(&answer->body), "<script") == NULL);
	} else if (strncmp(type, "application/json", 16) == 0) {
		json = json_parse(buf_text(&answer->body), answer->body.len,
				  NULL);
		must(json != NULL);
		json_free(json);
	}
}

static void check_grants(struct service *service, int64_t now_ms)
{
	const struct grant *grant;

	for (size_t i = 0;
	     (grant = grants_at(service->grants, i, now_ms)) != NULL; i++)
		must(grant->state == GRANT_PENDING ||
		     grant->state == GRANT_EXPIRED);
}

/* A line: method, path with query, body; each after a '|', then headers by
 * their first letter. */
static void call(struct service *service, char *line, int64_t now_ms)
{
	struct call call = {
		.method = "GET",
		.path = "/",
		.query = "",
		.body = "",
		.host = "127.0.0.1:8628",
		.peer = "127.0.0.1",
		.local_host = "127.0.0.1:8628",
		.local_port = ":8628",
		.same_machine = true,
		.now_ms = now_ms,
		.wall_s = 1800000000 + now_ms / 1000,
	};
	struct answer answer;
	char *field, *query;

	for (int i = 0; (field = strsep(&line, "|")) != NULL; i++) {
		if (i == 0)
			call.method = field;
		else if (i == 1)
			call.path = field;
		else if (i == 2)
			call.body = field;
		else if (*field == 'h')
			call.host = field + 1;
		else if (*field == 'o')
			call.origin = field + 1;
		else if (*field == 's')
			call.sec_fetch_site = field + 1;
		else if (*field == 'a')
			call.authorization = field + 1;
		else if (*field == 'c')
			call.cookie = field + 1;
	}
	call.body_len = strlen(call.body);
	query = strchr(call.path, '?');
	if (query != NULL) {
		*query = '\0';
		call.query = query + 1;
	}
	answer_init(&answer);
	router_answer(service, &call, &answer);
	check_answer(&answer);
	if (strcmp(call.host, call.local_host) != 0 &&
	    strcasecmp(call.host, "localhost:8628") != 0)
		must(answer.status == 421);
	answer_free(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	struct service *service = service_new(&options);
	int64_t now_ms = 1000000;
	char *line;

	for (int i = 0; i < 32 && (line = input_line(&input)) != NULL; i++) {
		call(service, line, now_ms);
		check_grants(service, now_ms);
		free(line);
		now_ms += 7000;
	}
	service_free(service);
	return 0;
}
