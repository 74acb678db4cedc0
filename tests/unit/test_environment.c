/* SPDX-License-Identifier: MIT */
/*
 * io/environment: what of an environment that may be another person's is left.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/environment.h"

extern char **environ;

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char place[64];

static const char *at(const char *name)
{
	static char paths[4][160];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", place, name);
	return path;
}

static int set_up(void **state)
{
	(void)state;
	snprintf(place, sizeof(place), "/tmp/grantty-env-XXXXXX");
	if (mkdtemp(place) == NULL || mkdir(at("mine"), 0755) != 0 ||
	    mkdir(at("open"), 0700) != 0 || chmod(at("open"), 0777) != 0 ||
	    mkdir(at("open/mine"), 0755) != 0 ||
	    mkdir(at("holds"), 0755) != 0 || mkdir(at("holds/x"), 0755) != 0 ||
	    chmod(at("holds/x"), 01777) != 0 ||
	    symlink("mine", at("link")) != 0)
		return -1;
	return 0;
}

/* The real one is for cmocka, too. */
static char **real;

static int hide_real(void **state)
{
	(void)state;
	real = environ;
	environ = NULL;
	return 0;
}

static int show_real(void **state)
{
	(void)state;
	environ = real;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(at("link"));
	(void)rmdir(at("open/mine"));
	(void)rmdir(at("holds/x"));
	(void)rmdir(at("holds"));
	(void)rmdir(at("open"));
	(void)rmdir(at("mine"));
	return rmdir(place);
}

static void test_names(void **state)
{
	static const struct {
		const char *name, *value;
		bool stays;
	} cases[] = {
		{"SSLKEYLOGFILE", "/tmp/keys", false},
		{"SSL_CERT_FILE", "/tmp/ca.pem", false},
		{"SSL_CERT_DIR", "/tmp", false},
		{"OPENSSL_CONF", "/tmp/openssl.cnf", false},
		{"OPENSSL_CONF_INCLUDE", "/tmp", false},
		{"OPENSSL_MODULES", "/tmp", false},
		{"OPENSSL_ENGINES", "/tmp", false},
		{"OPENSSL_TRACE", "ALL", false},
		{"QLOGDIR", "/tmp", false},
		{"CTLOG_FILE", "/tmp/ct", false},
		{"OSSL_QFILTER", "x", false},
		{"RANDFILE", "/tmp/random", false},
		{"NTLMUSER", "ada", false},
		{"KRB5RCACHENAME", "/tmp/replay", false},
		{"P11_KIT_CONFIG", "/tmp/p11", false},
		{"LIBFFI_TMPDIR", "/tmp", false},
		{"LIBGCRYPT_FORCE_FIPS_MODE", "1", false},
		{"CURL_HOME", "/tmp", false},
		{"CURL_CA_BUNDLE", "/tmp/ca.pem", false},
		{"CURL_SSL_BACKEND", "gnutls", false},
		{"NETRC", "/tmp/netrc", false},
		{"KRB5_CONFIG", "/tmp/krb5.conf", false},
		{"KRB5_TRACE", "/tmp/trace", false},
		{"KRB5CCNAME", "FILE:/tmp/krb5cc_1000", true},
		{"GSS_MECH_CONFIG", "/tmp/mech", false},
		{"COMERR_DEBUG_FILE", "/tmp/debug", false},
		{"LDAPCONF", "/tmp/ldap.conf", false},
		{"SASL_PATH", "/tmp", false},
		{"GNUTLS_SYSTEM_PRIORITY_FILE", "/tmp/x", false},
		{"GCONV_PATH", "/tmp", false},
		{"GETCONF_DIR", "/tmp", false},
		{"NLSPATH", "/tmp/%N", false},
		{"OUTPUT_CHARSET", "UTF-7", false},
		{"MALLOC_TRACE", "/tmp/trace", false},
		{"LOCPATH", "/usr/lib/locale", false},
		{"TZDIR", "/usr/share/zoneinfo", false},
		{"HOSTALIASES", "/tmp/hosts", false},
		{"LOCALDOMAIN", "evil.example", false},
		{"RES_OPTIONS", "use-vc", false},
		{"RESOLV_HOST_CONF", "/etc/shadow", false},
		{"LANG", "C.UTF-8", true},
		{"LANG", "/tmp/evil", false},
		{"LC_ALL", "en_GB.UTF-8@euro", true},
		{"LC_ALL", "/tmp/evil", false},
		{"LC_CTYPE", "../../tmp/evil", false},
		{"LANGUAGE", "de:en", true},
		{"LANGUAGE", "../../tmp", false},
		{"TZ", "Europe/Berlin", true},
		{"TZ", "CET-1CEST,M3.5.0,M10.5.0/3", true},
		{"TZ", ":/tmp/zone", false},
		{"TZ", "/etc/shadow", false},
		{"TZ", "../../../etc/shadow", false},
		{"TERM", "xterm-256color", true},
		{"TERM", "/tmp/evil", false},
		{"TERMCAP", "x:", false},
		{"TERMPATH", "/tmp/termcap", false},
		{"NCURSES_GPM_TERMS", "xterm", false},
		{"NCURSES_CONSOLE2", "1", false},
		{"NCURSES_NO_UTF8_ACS", "1", true},
		{"NCURSES_TRACE", "8191", false},
		{"TERMINFO", "", false},
		{"TERMINFO", "hex:1a01", false},
		{"TERMINFO", "b64:GgE", false},
		{"TERMINFO", "relative", false},
		{"TERMINFO", "/nonexistent", false},
		{"TERMINFO", "/etc/passwd", false},
		{"HTTPS_PROXY", "http://proxy:3128", true},
		{"no_proxy", "localhost", true},
		{"HTTP_PROXY_AUTH", "basic:*:u:5ecret", false},
		{"http_proxy_password", "5ecret", false},
		{"PROXY_NOTE", "a@b", true},
		/* Of no library. */
		{"SSL", "x", true},
		{"OPENSSLCONF", "x", true},
		{"MY_SSLKEYLOGFILE", "x", true},
		{"LCX", "/x", true},
		{"PATH", "/usr/bin:/bin", true},
		{"HOME", "/home/ada", true},
		{"CLIENT_ID", "me", true},
		{"LD_LIBRARY_PATH", "/opt/lib", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *value;

		clearenv();
		setenv(cases[i].name, cases[i].value, 1);
		environment_begin();
		value = getenv(cases[i].name);
		if ((value != NULL) != cases[i].stays)
			fail_msg("%s=%s should %s", cases[i].name,
				 cases[i].value,
				 cases[i].stays ? "stay" : "go");
		if (value != NULL)
			assert_string_equal(value, cases[i].value);
	}
}

/* Nobody else must be able to put something there. */
static void test_folders(void **state)
{
	static const char *const names[] = {"TERMINFO", "TERMINFO_DIRS"};
	struct {
		const char *format;
		const char *left; /* NULL: nothing */
	} cases[] = {
		{"/usr/share", "/usr/share"},
		{"/usr/share/../share/", "/usr/share"},
		{"P/mine", "P/mine"},
		{"P/link", "P/mine"},
		{"P/mine:/usr/share", "P/mine:/usr/share"},
		{"P/mine::/usr/share", "P/mine::/usr/share"},
		{"P/open", NULL},
		{"P/open/mine", NULL},
		{"P/mine:P/open", NULL},
		{"P/none", NULL},
		{"P/holds", NULL}, /* x is open to all */
		{"/var", NULL},	   /* tmp is */
		{"/tmp", NULL},
		{"P/mine/../open", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases) * COUNT(names); i++) {
		const char *name = names[i % COUNT(names)];
		const char *texts[] = {cases[i / COUNT(names)].format,
				       cases[i / COUNT(names)].left};
		char filled[2][512] = {"", ""};

		for (size_t j = 0; j < 2; j++) {
			for (const char *c = texts[j]; c != NULL && *c; c++) {
				size_t n = strlen(filled[j]);
				char one[2] = {*c, '\0'};

				snprintf(filled[j] + n, sizeof(filled[j]) - n,
					 "%s", *c == 'P' ? place : one);
			}
		}
		clearenv();
		setenv(name, filled[0], 1);
		environment_begin();
		if (texts[1] == NULL && getenv(name) != NULL)
			fail_msg("%s=%s should go", name, filled[0]);
		if (texts[1] != NULL) {
			if (getenv(name) == NULL)
				fail_msg("%s=%s should stay", name, filled[0]);
			assert_string_equal(getenv(name), filled[1]);
		}
	}
}

/* What libcurl does not use goes without its user; what the kernel shows of
 * this process has none in either case. */
static void test_users_of_proxies(void **state)
{
	static const struct {
		const char *variable, *used, *forgotten;
	} cases[] = {
		{"HTTPS_PROXY=http://u:5ecret@proxy:3128",
		 "http://u:5ecret@proxy:3128", "http://proxy:3128"},
		{"all_proxy=socks5://u:5ecret@proxy", "socks5://u:5ecret@proxy",
		 "socks5://proxy"},
		{"rsync_PROXY=u:5ecret@proxy:873", "proxy:873", "proxy:873"},
		{"ftp_proxy=ftp://u@5ecret@proxy", "ftp://proxy",
		 "ftp://proxy"},
		{"https_proxy=http://proxy", "http://proxy", "http://proxy"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char shown[128], name[32];
		char *own[] = {shown, NULL};
		size_t n = sizeof(shown);
		char **before = environ;

		memset(shown, 0, n);
		snprintf(shown, n, "%s", cases[i].variable);
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(shown, "="),
			 shown);
		environ = own;
		environment_begin();
		assert_string_equal(getenv(name), cases[i].used);
		for (size_t j = 0; j + 6 < n; j++)
			assert_memory_not_equal(shown + j, "5ecret", 6);
		environment_forget_users();
		assert_string_equal(getenv(name), cases[i].forgotten);
		environ = before;
	}
}

/* Twice the same name, and no name at all, hide nothing behind them. */
static void test_odd_environments(void **state)
{
	char good[128], bad[] = "TERMINFO=/nonexistent";
	char first[] = "SSLKEYLOGFILE=/a", again[] = "SSLKEYLOGFILE=/b";
	char other[] = "X=1", last[] = "OPENSSL_CONF=/c", bare[] = "bare";
	char nameless[] = "=x", empty[] = "";
	char *own[] = {good,  nameless, other, bare, first,
		       empty, bad,	again, last, NULL};
	char **before = environ;

	(void)state;
	snprintf(good, sizeof(good), "TERMINFO=%s", at("mine"));
	environ = own;
	environment_begin();
	assert_null(getenv("TERMINFO"));
	assert_null(getenv("SSLKEYLOGFILE"));
	assert_null(getenv("OPENSSL_CONF"));
	assert_string_equal(getenv("X"), "1");
	environ = before;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, hide_real, show_real)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names),
		TEST(test_folders),
		TEST(test_users_of_proxies),
		TEST(test_odd_environments),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
