/* SPDX-License-Identifier: MIT */
/* The open connections, see guests.h. */
#include "config.h"

#include "practice/guests.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/mem.h"

struct guest {
	struct guest *next;
	int fd;
	int64_t due_ms;
};

struct guest *guests_enter(struct guests *guests, int fd, int64_t due_ms)
{
	struct guest *guest = xcalloc(1, sizeof *guest);

	*guest = (struct guest){guests->first, fd, due_ms};
	guests->first = guest;
	return guest;
}

void guests_leave(struct guests *guests, struct guest *guest)
{
	struct guest **link = &guests->first;

	while (*link != guest)
		link = &(*link)->next;
	*link = guest->next;
	free(guest);
}

void guest_may_take(struct guest *guest, int64_t due_ms)
{
	guest->due_ms = due_ms;
}

int64_t guests_due_ms(const struct guests *guests)
{
	int64_t due_ms = INT64_MAX;

	for (const struct guest *guest = guests->first; guest;
	     guest = guest->next)
		if (guest->due_ms < due_ms)
			due_ms = guest->due_ms;
	return due_ms;
}

void guests_cut(struct guests *guests, int64_t now_ms)
{
	for (struct guest *guest = guests->first; guest; guest = guest->next) {
		if (guest->due_ms > now_ms)
			continue;
		shutdown(guest->fd, SHUT_RDWR);
		guest->due_ms = INT64_MAX;
	}
}
