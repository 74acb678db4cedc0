/* SPDX-License-Identifier: MIT */
/* The open connections, see connections.h. */
#include "config.h"

#include "practice/connections.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/mem.h"

struct connection {
	struct connection *next;
	int fd;
	int64_t due_ms;
};

struct connection *connections_enter(struct connections *connections, int fd,
				     int64_t due_ms)
{
	struct connection *connection = xcalloc(1, sizeof *connection);

	*connection = (struct connection){connections->first, fd, due_ms};
	connections->first = connection;
	return connection;
}

void connections_leave(struct connections *connections,
		       struct connection *connection)
{
	struct connection **link = &connections->first;

	while (*link != connection)
		link = &(*link)->next;
	*link = connection->next;
	free(connection);
}

void connection_may_take(struct connection *connection, int64_t due_ms)
{
	connection->due_ms = due_ms;
}

int64_t connections_due_ms(const struct connections *connections)
{
	int64_t due_ms = INT64_MAX;

	for (const struct connection *connection = connections->first;
	     connection; connection = connection->next)
		if (connection->due_ms < due_ms)
			due_ms = connection->due_ms;
	return due_ms;
}

void connections_cut(struct connections *connections, int64_t now_ms)
{
	for (struct connection *connection = connections->first; connection;
	     connection = connection->next) {
		if (connection->due_ms > now_ms)
			continue;
		shutdown(connection->fd, SHUT_RDWR);
		connection->due_ms = INT64_MAX;
	}
}
