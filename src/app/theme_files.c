/* SPDX-License-Identifier: MIT */
/*
 * Finds theme files by name, see theme_files.h. Does not read them.
 */
#include "config.h"

#include "app/theme_files.h"

#include <glob.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/program_path.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define SUFFIX ".theme"
#define DEFAULT "midnight" /* always installed */

/* The folder that has the theme called DEFAULT: found from the first or the
 * second program's in a build tree or an installation that was moved, else
 * where the themes were installed. The caller frees it. */
static char *folder(void)
{
	static const char *const beside[] = {"themes",
					     "../themes",
					     "../../themes",
					     "../../../themes",
					     "../share/grantty/themes",
					     "../../share/grantty/themes",
					     NULL};
	char *path = program_path_find(beside, DEFAULT SUFFIX, R_OK);

	if (path == NULL)
		return xstrdup(THEMEDIR);
	*strrchr(path, '/') = '\0';
	return path;
}

char *theme_files_path(const char *name)
{
	char *in, *path;

	/* "x.theme" is in the current folder. */
	if (strchr(name, '/') != NULL || text_ends_with(name, SUFFIX))
		return xstrdup(name);
	in = folder();
	path = xasprintf("%s/%s" SUFFIX, in, name);
	free(in);
	return path;
}

static void add_names(struct buf *out, const glob_t *found)
{
	for (size_t i = 0; i < found->gl_pathc; i++) {
		const char *name = strrchr(found->gl_pathv[i], '/') + 1;

		buf_addf(out, "%s%.*s,", i > 0 ? " " : "",
			 (int)(strlen(name) - strlen(SUFFIX)), name);
	}
}

void theme_files_list(struct buf *out)
{
	char *in = folder();
	char *pattern = xasprintf("%s/*" SUFFIX, in);
	glob_t found;

	if (glob(pattern, 0, NULL, &found) == 0) {
		add_names(out, &found);
		globfree(&found);
	}
	free(pattern);
	free(in);
}
