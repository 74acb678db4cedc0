/* SPDX-License-Identifier: MIT */
/*
 * Reading configuration and secrets from real files.
 */
#include "config.h"

#include "io/input.h"

#include <fcntl.h>
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

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

struct folder {
	char path[64];
	char file[96];
};

static int set_up(void **state)
{
	struct folder *folder = xcalloc(1, sizeof(*folder));

	(void)snprintf(folder->path, sizeof(folder->path),
		       "/tmp/grantty-input-XXXXXX");
	if (mkdtemp(folder->path) == NULL)
		return -1;
	(void)snprintf(folder->file, sizeof(folder->file), "%s/file",
		       folder->path);
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	struct folder *folder = *state;

	(void)unlink(folder->file);
	(void)rmdir(folder->path);
	free(folder);
	return 0;
}

static void put_bytes(const struct folder *folder, const char *bytes, size_t n,
		      mode_t mode)
{
	int fd = open(folder->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
}

static void put(const struct folder *folder, const char *text, mode_t mode)
{
	put_bytes(folder, text, strlen(text), mode);
}

static void reads_whole_files(void **state)
{
	const struct folder *folder = *state;
	bool open_to_others = false;
	struct buf buf;

	put(folder, "two\nlines\n", 0644);
	buf_init(&buf, 10);
	assert_int_equal(input_read(folder->file, &buf, &open_to_others, NULL),
			 INPUT_OK);
	assert_string_equal(buf_text(&buf), "two\nlines\n");
	assert_true(open_to_others);
	buf_free(&buf);
}

static void refuses_what_is_too_long(void **state)
{
	const struct folder *folder = *state;
	struct buf buf;

	put(folder, "two\nlines\n", 0600);
	buf_init(&buf, 9);
	assert_int_equal(input_read(folder->file, &buf, NULL, NULL),
			 INPUT_FAILED);
	buf_free(&buf);
}

/* A FIFO nobody writes to must not be waited for. */
static void refuses_what_is_no_file(void **state)
{
	const struct folder *folder = *state;
	struct buf buf;

	buf_init(&buf, 10);
	assert_int_equal(input_read(folder->file, &buf, NULL, NULL),
			 INPUT_MISSING);
	assert_int_equal(input_read(folder->path, &buf, NULL, NULL),
			 INPUT_FAILED);
	/* Whoever made it wants another file read. */
	assert_int_equal(symlink("nowhere", folder->file), 0);
	assert_int_equal(input_read(folder->file, &buf, NULL, NULL),
			 INPUT_FAILED);
	assert_int_equal(unlink(folder->file), 0);
	assert_int_equal(mkfifo(folder->file, 0600), 0);
	assert_int_equal(input_read(folder->file, &buf, NULL, NULL),
			 INPUT_FAILED);
	buf_free(&buf);
}

static const struct {
	const char *text;
	mode_t mode;
	bool guarded;
	const char *secret; /* NULL: refused */
} secrets[] = {
	{"s3cret\n", 0600, false, "s3cret"},
	{"s3cret", 0400, false, "s3cret"},
	{"s3cret\r\nmore\n", 0600, false, "s3cret"},
	{" with spaces \n", 0600, false, " with spaces "},
	{"s3cret\n", 0640, false, NULL},
	{"s3cret\n", 0604, false, NULL},
	{"s3cret\n", 0440, true, "s3cret"},
	{"\xef\xbb\xbfs3cret\r\n", 0600, false, "s3cret"},
	{"\xef\xbb\xbf", 0600, false, NULL},
	{"\xff\xfes3cret", 0600, false, NULL},
	{"", 0600, false, NULL},
	{"\ns3cret\n", 0600, false, NULL},
	{"0123456789012345678901234567890123", 0600, false, NULL},
};

static void reads_secrets(void **state)
{
	const struct folder *folder = *state;
	struct err err;
	char *secret;
	size_t i;

	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		put(folder, secrets[i].text, secrets[i].mode);
		err.text[0] = '\0';
		secret = input_read_secret(folder->file, 32, secrets[i].guarded,
					   &err);
		if (secrets[i].secret == NULL) {
			assert_null(secret);
			assert_non_null(strstr(err.text, folder->file));
		} else {
			assert_string_equal(secret, secrets[i].secret);
		}
		secret_free(secret);
		(void)unlink(folder->file);
	}
}

#define BYTES(s) s, sizeof(s) - 1

static const struct {
	const char *bytes;
	size_t n;
	const char *text; /* NULL: refused */
	const char *why;
} texts[] = {
	{BYTES("a\n"), "a\n", NULL},
	{BYTES(""), "", NULL},
	{BYTES("\xef\xbb\xbf"), "", NULL},
	{BYTES("\xef\xbb\xbf"
	       "a\r\n"),
	 "a\r\n", NULL},
	{BYTES("\xef\xbb\xbf\xef\xbb\xbf"
	       "a"),
	 "\xef\xbb\xbf"
	 "a",
	 NULL},
	{BYTES("\xef\xbb"), "\xef\xbb", NULL},
	{BYTES("\xe4\xf6\n"), "\xe4\xf6\n", NULL},
	{BYTES("\xff\xfe"
	       "a\0"),
	 NULL, "UTF-16"},
	{BYTES("\xfe\xff\0a"), NULL, "UTF-16"},
	{BYTES("\xff\xfe"), NULL, "UTF-16"},
	{BYTES("a\0b\0"), NULL, "UTF-16"},
	{BYTES("\0a\0b"), NULL, "UTF-16"},
	{BYTES("ab\0c"), NULL, "NUL byte"},
	{BYTES("\0"), NULL, "NUL byte"},
	{BYTES("\0\0"), NULL, "NUL byte"},
};

static void reads_text(void **state)
{
	const struct folder *folder = *state;
	enum input_result result;
	struct err err;
	struct buf buf;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put_bytes(folder, texts[i].bytes, texts[i].n, 0600);
		buf_init(&buf, 64);
		result = input_read_text(folder->file, &buf, NULL, &err);
		if (texts[i].text != NULL) {
			assert_int_equal(result, INPUT_OK);
			assert_int_equal(buf.len, strlen(texts[i].text));
			assert_string_equal(buf_text(&buf), texts[i].text);
		} else {
			assert_int_equal(result, INPUT_FAILED);
			assert_non_null(strstr(err.text, texts[i].why));
		}
		buf_free(&buf);
	}
}

static const struct {
	const char *folder; /* NULL: not set */
	const char *path;
	bool is_credential;
} places[] = {
	{"/run/credentials/a", "/run/credentials/a/key", true},
	{"/run/credentials/a", "/run/credentials/a", false},
	{"/run/credentials/a", "/run/credentials/a/", false},
	{"/run/credentials/a", "/run/credentials/ab/key", false},
	{"/run/credentials/a", "/run/credentials/akey", false},
	{"/run/credentials/a", "/run/credentials/a/../b/key", false},
	{"/run/credentials/a", "/run/credentials/a/b/key", false},
	{"/run/credentials/a", "/run/credentials/a/..", true}, /* a folder */
	{"/run/credentials/a", "key", false},
	{"/run/credentials/a", "", false},
	{"", "/key", false},
	{NULL, "/run/credentials/a/key", false},
};

static void knows_credentials(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (places[i].folder != NULL)
			assert_int_equal(setenv("CREDENTIALS_DIRECTORY",
						places[i].folder, 1),
					 0);
		else
			assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
		assert_int_equal(input_is_credential(places[i].path),
				 places[i].is_credential);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_whole_files, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(refuses_what_is_too_long,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_file, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(reads_secrets, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(reads_text, set_up, tear_down),
		cmocka_unit_test(knows_credentials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
