/* SPDX-License-Identifier: MIT */
/*
 * One datagram for each message, as in sd_notify(3). libsystemd and the five
 * libraries that it loads would take 400 kB for this. Failures are ignored: the
 * program cannot do anything about them.
 */
#include "config.h"

#include "io/systemd.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

/* A path, or an abstract name after an '@', whose address begins with a NUL
 * and does not end with one (unix(7)). 0: there is no socket. */
static socklen_t find_socket(struct sockaddr_un *address)
{
	const char *name = getenv("NOTIFY_SOCKET");
	const size_t len = name != NULL ? strlen(name) : 0;

	if (len < 2 || len >= sizeof(address->sun_path) ||
	    (name[0] != '/' && name[0] != '@'))
		return 0;
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path, name, len);
	if (name[0] == '@')
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static void notify(const char *field, const char *value)
{
	struct sockaddr_un address;
	struct iovec parts[] = {
		{.iov_base = (char *)field, .iov_len = strlen(field)},
		{.iov_base = (char *)value, .iov_len = strlen(value)},
	};
	const struct msghdr message = {
		.msg_name = &address,
		.msg_namelen = find_socket(&address),
		.msg_iov = parts,
		.msg_iovlen = sizeof(parts) / sizeof(*parts),
	};
	int fd;

	if (message.msg_namelen == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendmsg(fd, &message, MSG_NOSIGNAL);
	(void)close(fd);
}

void systemd_ready(void)
{
	notify("READY=", "1");
}

void systemd_status(const char *text)
{
	notify("STATUS=", text);
}

void systemd_stopping(void)
{
	notify("STOPPING=", "1");
}

/* As sd_watchdog_enabled(3): the variables may be meant for another process. */
int64_t systemd_watchdog_ms(void)
{
	const char *interval = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	int64_t us, number;

	if (interval == NULL ||
	    !text_number(interval, strlen(interval), 1, INT64_MAX, &us))
		return 0;
	if (pid != NULL &&
	    (!text_number(pid, strlen(pid), 1, INT64_MAX, &number) ||
	     number != getpid()))
		return 0;
	return us / 1000;
}

void systemd_alive(void)
{
	notify("WATCHDOG=", "1");
}
