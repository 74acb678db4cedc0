/* SPDX-License-Identifier: MIT */
/*
 * One table of what is removed. A variable that no library here reads stays:
 * for hooks, for the program after "grantty login --", and for ${NAME} in a
 * .env file. What is read before main() (LD_*, GLIBC_TUNABLES) has already
 * taken effect.
 */
#include "config.h"

#include "io/environment.h"

#include <dirent.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

extern char **environ;

enum { LIST_MAX = 64 * 1024 };

enum rule {
	RULE_DROP,
	RULE_NO_PATH, /* dropped if it has a '/'; must be a plain name */
	RULE_FOLDERS  /* a list; dropped unless only trusted users can write
		       * there, or in what is there */
};

/* A name that ends in '*' matches every name with that prefix. */
static const struct {
	const char *name;
	enum rule rule;
} rules[] = {
	/* TLS: its secrets, trusted certificates, loadable code */
	{"SSLKEYLOGFILE", RULE_DROP},
	{"SSL_CERT_FILE", RULE_DROP},
	{"SSL_CERT_DIR", RULE_DROP},
	{"OPENSSL_*", RULE_DROP},
	{"CTLOG_FILE", RULE_DROP},
	{"OSSL_QFILTER", RULE_DROP},
	{"QLOGDIR", RULE_DROP},
	{"RANDFILE", RULE_DROP},
	/* libcurl and the libraries that it uses */
	{"CURL_*", RULE_DROP},
	{"NETRC", RULE_DROP},
	{"NTLMUSER", RULE_DROP},
	{"KRB5_*", RULE_DROP},
	{"KRB5RCACHE*", RULE_DROP},
	{"GSS_MECH_CONFIG", RULE_DROP},
	{"COMERR_DEBUG*", RULE_DROP},
	{"LDAP*", RULE_DROP},
	{"SASL_*", RULE_DROP},
	{"GNUTLS_*", RULE_DROP},
	{"P11_KIT_*", RULE_DROP},
	{"LIBFFI_TMPDIR", RULE_DROP},
	{"LIBGCRYPT_*", RULE_DROP},
	/* glibc: modules, locales, host names, time zones */
	{"GCONV_PATH", RULE_DROP},
	{"GETCONF_DIR", RULE_DROP},
	{"NLSPATH", RULE_DROP},
	{"OUTPUT_CHARSET", RULE_DROP},
	{"HOSTALIASES", RULE_DROP},
	{"LOCALDOMAIN", RULE_DROP},
	{"RES_OPTIONS", RULE_DROP},
	{"RESOLV_*", RULE_DROP},
	{"MALLOC_TRACE", RULE_DROP},
	{"LANG", RULE_NO_PATH},
	{"LANGUAGE", RULE_NO_PATH},
	{"LC_*", RULE_NO_PATH},
	/* LOCPATH=/var and LANG=tmp would be a folder that anyone can fill. */
	{"LOCPATH", RULE_DROP},
	{"TZDIR", RULE_DROP},
	/* ncurses */
	{"TERM", RULE_NO_PATH},
	{"TERMINFO", RULE_FOLDERS},
	{"TERMINFO_DIRS", RULE_FOLDERS},
	{"TERMCAP", RULE_DROP},
	{"TERMPATH", RULE_DROP},
	{"NCURSES_TRACE", RULE_DROP},
	{"NCURSES_GPM_TERMS", RULE_DROP},
	{"NCURSES_CONSOLE2", RULE_DROP},
};

/* The variables that libcurl may need with the user name for the proxy. */
static const char *const used_proxies[] = {
	"http_proxy", "https_proxy", "HTTPS_PROXY",
	"all_proxy",  "ALL_PROXY",   NULL,
};

static bool matches(const char *pattern, const char *name, size_t len)
{
	size_t n = strlen(pattern);

	if (pattern[n - 1] == '*')
		return len >= n - 1 && strncmp(pattern, name, n - 1) == 0;
	return len == n && strncmp(pattern, name, n) == 0;
}

/* ---- Folders */

static bool is_trusted(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	       (st.st_uid == 0 || st.st_uid == geteuid()) &&
	       ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0 ||
		(st.st_mode & S_ISVTX) != 0);
}

/* True if nobody else can add files to the directory. */
static bool is_closed(const char *path)
{
	struct stat st;

	return is_trusted(path) && stat(path, &st) == 0 &&
	       (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* True if that holds for each directory in this one, too: a terminal's
 * description is in a directory named after its first letter. */
static bool holds_closed(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool ok = dir != NULL;
	struct buf inner;
	struct stat st;

	buf_init(&inner, LIST_MAX);
	while (ok && (entry = readdir(dir)) != NULL) {
		buf_free(&inner);
		(void)buf_addf(&inner, "%s/%s", path, entry->d_name);
		ok = strcmp(entry->d_name, "..") == 0 ||
		     stat(buf_text(&inner), &st) != 0 || !S_ISDIR(st.st_mode) ||
		     is_closed(buf_text(&inner));
	}
	buf_free(&inner);
	if (dir != NULL)
		(void)closedir(dir);
	return ok;
}

/* True if only this user and root can change what is at that real path, which
 * is modified temporarily. */
static bool is_ours(char *path)
{
	bool ok = is_closed(path) && holds_closed(path);

	for (size_t i = 1; ok && path[i] != '\0'; i++) {
		if (path[i] != '/')
			continue;
		path[i] = '\0';
		ok = is_trusted(path);
		path[i] = '/';
	}
	return ok && is_trusted("/");
}

/* Appends the real path of the directory; an empty one stands for the
 * default. */
static bool add_folder(struct buf *out, const char *folder, size_t len)
{
	char *path = xstrndup(folder, len);
	char *real = path[0] == '/' ? realpath(path, NULL) : NULL;
	bool ok = len == 0 ||
		  (real != NULL && is_ours(real) && buf_adds(out, real));

	free(real);
	free(path);
	return ok;
}

/* Sets the variable to the real paths; false if one of them is not trusted. */
static bool keep_folders(const char *name, const char *value)
{
	struct buf list;
	bool ok = *value != '\0';

	buf_init(&list, LIST_MAX);
	while (ok && *value != '\0') {
		size_t len = strcspn(value, ":");

		ok = add_folder(&list, value, len) &&
		     (value[len] == '\0' || buf_adds(&list, ":"));
		value += len + (value[len] == ':');
	}
	ok = ok && setenv(name, buf_text(&list), 1) == 0;
	buf_free(&list);
	return ok;
}

const char *environment_value(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* ---- Proxies */

bool environment_is_proxy(const char *variable)
{
	size_t len = strcspn(variable, "=");

	return variable[len] == '=' && len >= 6 &&
	       strncasecmp(variable + len - 6, "_proxy", 6) == 0;
}

char *environment_without_user(const char *variable)
{
	const char *value = variable + strcspn(variable, "=") + 1;
	const char *user = value + strcspn(value, ":@");
	const char *at = strrchr(value, '@');

	if (at == NULL)
		return xstrdup(variable);
	user = strncmp(user, "://", 3) == 0 ? user + 3 : value;
	return xasprintf("%.*s%s", (int)(user - variable), variable, at + 1);
}

/* HTTP_PROXY_PASSWORD and the like: not used here. */
static bool is_password_of_proxy(const char *name)
{
	return strcasestr(name, "proxy") != NULL &&
	       (strcasestr(name, "pass") != NULL ||
		strcasestr(name, "auth") != NULL);
}

/* Moves the value to memory of this process alone, without the user name unless
 * with_user, and wipes it where the kernel shows it to others. */
static void move_proxy(const char *name, char *variable, bool with_user)
{
	char *bare = environment_without_user(variable);
	char *copy = xstrdup(with_user ? variable : bare);

	mem_wipe(variable + strlen(name) + 1,
		 strlen(variable + strlen(name) + 1));
	(void)setenv(name, copy + strlen(name) + 1, 1);
	secret_free(copy);
	free(bare);
}

/* ---- All variables */

static bool may_stay(const char *name, const char *value)
{
	size_t len = strlen(name);

	if (is_password_of_proxy(name))
		return false;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!matches(rules[i].name, name, len))
			continue;
		switch (rules[i].rule) {
		case RULE_DROP:
			return false;
		case RULE_NO_PATH:
			return strchr(value, '/') == NULL;
		case RULE_FOLDERS:
			return keep_folders(name, value);
		}
	}
	/* A time zone may be a name or a rule, but not a path. */
	return strcmp(name, "TZ") != 0 ||
	       (value[strspn(value, ":")] != '/' && !strstr(value, ".."));
}

/* Removes the variable, even if it is set more than once. */
static void drop(char *variable, const char *name)
{
	size_t len = strlen(name);

	if (is_password_of_proxy(name) && variable[len] == '=')
		mem_wipe(variable + len + 1, strlen(variable + len + 1));
	(void)unsetenv(name);
}

/* Removes the first one that must go; false if there is none. */
static bool drop_first(void)
{
	bool found = false;

	for (size_t i = 0; !found && environ[i] != NULL; i++) {
		size_t len = strcspn(environ[i], "=");
		char *name = xstrndup(environ[i], len);

		/* An entry without a name cannot be looked up. */
		found = len > 0 && environ[i][len] == '=' &&
			!may_stay(name, environ[i] + len + 1);
		if (found)
			drop(environ[i], name);
		free(name);
	}
	return found;
}

static void hide_users(bool for_use)
{
	for (size_t i = 0; environ[i] != NULL; i++) {
		size_t len = strcspn(environ[i], "=");
		char *name;

		if (!environment_is_proxy(environ[i]) ||
		    strchr(environ[i], '@') == NULL)
			continue;
		name = xstrndup(environ[i], len);
		move_proxy(name, environ[i],
			   for_use && text_is_one_of(name, strlen(name),
						     used_proxies));
		free(name);
	}
}

void environment_begin(void)
{
	if (environ == NULL)
		return;
	/* Each removal moves the entries after it. */
	while (drop_first())
		;
	hide_users(true);
}

void environment_forget_users(void)
{
	if (environ != NULL)
		hide_users(false);
}
