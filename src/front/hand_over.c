/* SPDX-License-Identifier: MIT */
/*
 * The verbs that the first program does not do itself: the second program,
 * which has all of them, takes this one's place in the same process. It gets
 * the words, the environment as main() has cleaned it, the descriptors, and the
 * signals of keys, held back where main() still holds them.
 */
#include "config.h"

#include "app/cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "app/program_path.h"
#include "base/err.h"
#include "base/mem.h"

/* Never what an environment variable says: under ForceCommand, that is another
 * person's. */
static char *program_path(void)
{
	static const char *const folders[] = {"libexec",
					      "../libexec/" PACKAGE_NAME, NULL};
	char *path = program_path_find(folders, PACKAGE_NAME, X_OK);

	return path != NULL ? path : xstrdup(PKGLIBEXECDIR "/" PACKAGE_NAME);
}

/* Returns only if that fails. */
static int hand_over(const struct args *args, struct err *err)
{
	char *path = program_path();

	(void)execv(path, args->argv);
	err_set(err,
		"Cannot run %s, which belongs to this program: %s. Install "
		"grantty again.",
		path, strerror(errno));
	free(path);
	return EXIT_FAILED;
}

#define HAND_OVER(verb)                                    \
	int verb(const struct args *args, struct err *err) \
	{                                                  \
		return hand_over(args, err);               \
	}

HAND_OVER(cmd_kiosk)
HAND_OVER(cmd_login)
HAND_OVER(cmd_token_online)
HAND_OVER(cmd_logout)
HAND_OVER(cmd_seal)
HAND_OVER(cmd_config)
HAND_OVER(cmd_check)
HAND_OVER(cmd_demo)

/* Either it is damaged, which is then found again and reported; or it has a
 * key, which this program cannot judge (doors.c). */
bool cmd_can_judge(const struct args *args, struct err *err)
{
	(void)hand_over(args, err);
	return false;
}
