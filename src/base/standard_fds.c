/* SPDX-License-Identifier: MIT */
/*
 * Fills the gaps below descriptor 3; see standard_fds.h.
 */
#include "config.h"

#include "base/standard_fds.h"

#include <fcntl.h>
#include <unistd.h>

void standard_fds_occupy(void)
{
	int fd;

	/* Read-only, so that writing to it fails. */
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		(void)close(fd);
}
