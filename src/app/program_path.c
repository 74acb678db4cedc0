/* SPDX-License-Identifier: MIT */
/*
 * Asks the kernel for the program's path: argv[0] and PATH are the caller's.
 */
#include "config.h"

#include "app/program_path.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

char *program_path_find(const char *const *folders, const char *name, int mode)
{
	char self[2048];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;
	struct buf path;

	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash == NULL)
		return NULL;
	*slash = '\0';
	buf_init(&path, 4096);
	for (size_t i = 0; folders[i] != NULL; i++) {
		if (buf_addf(&path, "%s/%s/%s", self, folders[i], name) &&
		    access(buf_text(&path), mode) == 0)
			return buf_take(&path);
		buf_free(&path);
	}
	return NULL;
}
