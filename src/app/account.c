/* SPDX-License-Identifier: MIT */
/*
 * Names become parts of paths, see account_is_name(): what is listed follows
 * the same rule as what may be chosen.
 */
#include "config.h"

#include "app/account.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/text.h"

#define VARIABLE "GRANTTY_ACCOUNT"
#define SUFFIX ".conf"

enum { NAME_BYTES = 32, NAMES_BYTES = 64 * 1024 };

static char *joined(const char *folder, size_t len, const char *name,
		    const char *rest)
{
	return xasprintf("%.*s/%s%s", (int)len, folder, name, rest);
}

/* Not isalnum(), which depends on the locale. */
bool account_is_name(const char *name)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	static const char all[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strspn(name, all);

	return len > 0 && len <= NAME_BYTES && name[len] == '\0' &&
	       strchr(first, name[0]) != NULL;
}

/* grantty.conf belongs to the default account. */
static bool is_reserved(const char *name)
{
	return strcmp(name, PACKAGE_NAME) == 0;
}

static bool refuse(const char *name, const char *source, struct err *err)
{
	if (is_reserved(name))
		return err_set(err,
			       "%s: an account cannot be named \"%s\": its "
			       "configuration would be that of the default "
			       "account.",
			       source, name);
	return err_set(err,
		       "%s: \"%.40s\" is not the name of an account: use up to "
		       "%d of a-z, 0-9, \".\", \"_\" and \"-\", beginning with "
		       "a letter or a digit.",
		       source, name, NAME_BYTES);
}

bool account_choose(const char *option, char **name, struct err *err)
{
	const char *source = option != NULL ? "--account" : VARIABLE;
	const char *chosen = option != NULL ? option : getenv(VARIABLE);

	*name = NULL;
	if (chosen == NULL || (option == NULL && chosen[0] == '\0'))
		return true;
	if (!account_is_name(chosen) || is_reserved(chosen))
		return refuse(chosen, source, err);
	if (strcmp(chosen, ACCOUNT_DEFAULT) == 0) {
		(void)unsetenv(VARIABLE);
		return true;
	}
	*name = xstrdup(chosen);
	if (option != NULL)
		(void)setenv(VARIABLE, *name, 1);
	return true;
}

/* ---- Paths */

/* NULL if there is no such folder. */
static char *user_folder(void)
{
	static const char own[] = "/" PACKAGE_NAME;
	const char *xdg = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	/* A relative path is ignored (XDG Base Directory Specification). */
	if (xdg != NULL && xdg[0] == '/')
		return joined(xdg, strlen(xdg), PACKAGE_NAME, "");
	if (home != NULL && home[0] != '\0')
		return joined(home, strlen(home), ".config", own);
	return NULL;
}

char *account_conf_folder(size_t i)
{
	char *folder = user_folder();

	if (folder != NULL && i-- == 0)
		return folder;
	free(folder);
	return i == 0 ? xstrdup(SYSCONFDIR "/" PACKAGE_NAME) : NULL;
}

char *account_conf_path(const char *folder, const char *name)
{
	return joined(folder, strlen(folder), name, SUFFIX);
}

/* What precedes the file's name in the path: "" or something ending with '/'.
 * Returns its length. */
static size_t folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

char *account_session_path(const char *session, const char *name,
			   struct err *err)
{
	size_t folder = folder_of(session);
	const char *file = session + folder;
	size_t len = strlen(file);

	/* Beside session.json are session.json.lock and others. */
	if (strncmp(name, file, len) == 0 &&
	    (name[len] == '\0' || name[len] == '.')) {
		err_set(err,
			"An account cannot be named \"%s\": files of the "
			"default account's session have such names. Choose "
			"another name.",
			name);
		return NULL;
	}
	return xasprintf("%.*s%s/%s", (int)folder, session, name, file);
}

/* ---- Which there are */

struct names {
	char **items; /* ends with NULL */
	size_t count;
};

static void add(struct names *names, const char *name, size_t len)
{
	char *copy = xstrndup(name, len);
	bool known = !account_is_name(copy) || is_reserved(copy) ||
		     strcmp(copy, ACCOUNT_DEFAULT) == 0;

	for (size_t i = 0; i < names->count && !known; i++)
		known = strcmp(names->items[i], copy) == 0;
	if (known) {
		free(copy);
		return;
	}
	names->items = xreallocarray(names->items, names->count + 2,
				     sizeof(*names->items));
	names->items[names->count++] = copy;
	names->items[names->count] = NULL;
}

static void add_configured(struct names *names, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (text_ends_with(entry->d_name, SUFFIX))
			add(names, entry->d_name,
			    strlen(entry->d_name) - strlen(SUFFIX));
	}
	if (dir != NULL)
		(void)closedir(dir);
}

static bool is_there(const char *session, const char *suffix, off_t min_size)
{
	char *path = xasprintf("%s%s", session, suffix);
	struct stat st;
	const bool is = lstat(path, &st) == 0 && st.st_size >= min_size;

	free(path);
	return is;
}

/* True if the account has or had a session, or a kiosk that waits for one. A
 * sign-in that led to none leaves only an empty lock file: see store_wipe(). */
static bool has_session(const char *session, const char *name)
{
	char *path = account_session_path(session, name, NULL);
	const bool has = path != NULL &&
			 (is_there(path, "", 0) || is_there(path, ".lock", 1) ||
			  is_there(path, ".kiosk.lock", 0));

	free(path);
	return has;
}

static void add_stored(struct names *names, const char *session)
{
	size_t len = folder_of(session);
	char *folder = len > 0 ? xstrndup(session, len) : xstrdup(".");
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (account_is_name(entry->d_name) &&
		    has_session(session, entry->d_name))
			add(names, entry->d_name, strlen(entry->d_name));
	}
	if (dir != NULL)
		(void)closedir(dir);
	free(folder);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **account_names(const char *session, bool by_file)
{
	struct names names = {xcalloc(1, sizeof(char *)), 0};
	char *folder;

	for (size_t i = 0; by_file && (folder = account_conf_folder(i)) != NULL;
	     i++) {
		add_configured(&names, folder);
		free(folder);
	}
	if (session != NULL && session[0] != '\0')
		add_stored(&names, session);
	qsort(names.items, names.count, sizeof(*names.items), compare);
	return names.items;
}

bool account_unknown(const char *name, char *const *names, struct err *err)
{
	const char *meant;
	struct buf list;
	size_t len = 0;

	buf_init(&list, NAMES_BYTES);
	(void)buf_adds(&list, ACCOUNT_DEFAULT);
	for (; *names != NULL; names++)
		(void)buf_addf(&list, ", %s", *names);
	meant = nearest_name(name, buf_text(&list), &len);
	if (meant != NULL)
		err_set(err,
			"There is no account \"%s\"; did you mean \"%.*s\"? "
			"The accounts are: %s.",
			name, (int)len, meant, buf_text(&list));
	else
		err_set(err,
			"There is no account \"%s\". The accounts are: %s.",
			name, buf_text(&list));
	buf_free(&list);
	return false;
}
