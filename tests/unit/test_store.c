/* SPDX-License-Identifier: MIT */
/*
 * io/store and io/file with real files: modes, what is refused, damage, the
 * lock between two processes, and saves that fail half-way.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/json.h"
#include "core/session_data.h"
#include "io/file.h"
#include "io/store.h"

#define PLAIN "{\"version\":1,\"provider\":\"p\",\"access_token\":\"old\"}"
#define HEX_KEY \
	"00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

/* A directory of its own for every test; all paths lie in it. */
struct place {
	char dir[64];
	char path[128];
};

static struct place place;

static char *in_place(const char *name)
{
	static char paths[4][160];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", place.dir, name);
	return path;
}

static int set_up(void **state)
{
	(void)state;
	json_init();
	snprintf(place.dir, sizeof(place.dir), "/tmp/grantty-store-XXXXXX");
	if (!crypto_init() || mkdtemp(place.dir) == NULL)
		return -1;
	snprintf(place.path, sizeof(place.path), "%s/session.json", place.dir);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(place.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, const char *content, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void assert_content(const char *path, const char *content)
{
	char text[256] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, content);
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777U;
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Borrows its strings: not for session_data_free(). */
static struct session_data session_of(const char *token)
{
	return (struct session_data){
		.provider = (char *)(uintptr_t) "p",
		.tokens = {.access_token = (char *)(uintptr_t)token},
	};
}

static struct store *open_store(const char *key_file)
{
	struct err err = {""};
	struct store *store = store_open(place.path, key_file, &err);

	if (store == NULL)
		print_error("%s\n", err.text);
	assert_non_null(store);
	return store;
}

static void assert_saves(struct store *store, const char *token)
{
	struct session_data data = session_of(token);
	struct err err = {""};

	assert_int_equal(store_lock(store, &err), STORE_OK);
	if (!store_save(store, &data, &err))
		fail_msg("%s", err.text);
	store_unlock(store);
}

static void assert_loads(struct store *store, const char *token)
{
	struct session_data data = {0};
	struct err err = {""};

	if (store_load(store, &data, &err) != STORE_OK)
		fail_msg("%s", err.text);
	assert_string_equal(data.tokens.access_token, token);
	session_data_free(&data);
}

/* That loading ends like that, and what the sentence has in it. */
static void assert_load_fails(struct store *store, enum store_result result,
			      const char *words)
{
	struct session_data data = {0};
	struct err err = {""};

	assert_int_equal(store_load(store, &data, &err), result);
	assert_null(data.provider);
	if (strstr(err.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, err.text);
}

static void assert_not_opened(const char *path, const char *key_file,
			      const char *words)
{
	struct err err = {""};

	assert_null(store_open(path, key_file, &err));
	if (strstr(err.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, err.text);
}

static void test_save_load_wipe(void **state)
{
	struct store *store = open_store(NULL);

	(void)state;
	assert_load_fails(store, STORE_EMPTY, "");
	assert_saves(store, "one");
	assert_saves(store, "two");
	assert_loads(store, "two");
	store_close(store);
	store = open_store("");
	assert_loads(store, "two");
	assert_int_equal(store_lock(store, NULL), STORE_OK);
	assert_true(store_wipe(store, NULL));
	assert_true(store_wipe(store, NULL));
	store_close(store);
	assert_false(is_there(place.path));
	assert_false(is_there(in_place("session.json~tmp")));
}

static void test_in_memory(void **state)
{
	struct store *store = store_open(NULL, NULL, NULL);

	(void)state;
	assert_load_fails(store, STORE_EMPTY, "");
	assert_saves(store, "one");
	assert_saves(store, "two");
	assert_loads(store, "two");
	assert_loads(store, "two");
	assert_true(store_wipe(store, NULL));
	assert_load_fails(store, STORE_EMPTY, "");
	assert_saves(store, "three");
	store_close(store);
	store_close(NULL);
}

static void test_modes_whatever_the_umask(void **state)
{
	static const mode_t masks[] = {0, 022, 077, 0277};

	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		mode_t before = umask(masks[i]);
		struct store *store = open_store(NULL);

		assert_saves(store, "one");
		umask(before);
		assert_int_equal(mode_of(place.path), 0600);
		assert_int_equal(mode_of(in_place("session.json.lock")) & 077,
				 0);
		store_close(store);
	}
}

static void test_missing_directories_are_made(void **state)
{
	mode_t before = umask(0);
	struct store *store =
		store_open(in_place("a/b//c/session.json"), NULL, NULL);

	(void)state;
	umask(before);
	assert_non_null(store);
	assert_saves(store, "one");
	store_close(store);
	assert_int_equal(mode_of(in_place("a")), 0700);
	assert_int_equal(mode_of(in_place("a/b/c")), 0700);
	assert_int_equal(mode_of(in_place("a/b/c/session.json")), 0600);
}

static void test_directories_that_are_refused(void **state)
{
	char link_to[160];

	(void)state;
	chmod(place.dir, 0770);
	assert_not_opened(place.path, NULL, "chmod go-w /tmp/grantty-store-");
	chmod(place.dir, 0702);
	assert_not_opened(place.path, NULL, "mode 0702");
	chmod(place.dir, 0755);
	store_close(open_store(NULL));
	/* As under systemd's StateDirectory= with DynamicUser=. */
	snprintf(link_to, sizeof(link_to), "%s", in_place("link"));
	assert_int_equal(symlink(place.dir, link_to), 0);
	store_close(store_open(in_place("link/session.json"), NULL, NULL));
	put(in_place("file"), "", 0600);
	assert_not_opened(in_place("file/session.json"), NULL,
			  "cannot be used");
	assert_not_opened(in_place(""), NULL, "not to a directory");
	assert_not_opened("", NULL, "not to a directory");
	if (geteuid() == 0) {
		assert_int_equal(chown(place.dir, 12345, 12345), 0);
		assert_not_opened(place.path, NULL, "number 12345");
	}
}

static void test_files_that_are_refused(void **state)
{
	struct store *store = open_store(NULL);

	(void)state;
	put(place.path, PLAIN, 0640);
	assert_load_fails(store, STORE_FAILED, "run chmod 600 /tmp/grantty-");
	chmod(place.path, 0604);
	assert_load_fails(store, STORE_FAILED, "mode 0604");
	chmod(place.path, 0600);
	assert_loads(store, "old");
	if (geteuid() == 0) {
		assert_int_equal(chown(place.path, 12345, 12345), 0);
		assert_load_fails(store, STORE_FAILED, "number 12345");
	}
	assert_int_equal(rename(place.path, in_place("real")), 0);
	assert_int_equal(symlink("real", place.path), 0);
	assert_load_fails(store, STORE_FAILED, "symbolic link");
	unlink(place.path);
	assert_int_equal(mkfifo(place.path, 0600), 0);
	assert_load_fails(store, STORE_FAILED, "no regular file");
	unlink(place.path);
	assert_int_equal(mkdir(place.path, 0700), 0);
	assert_load_fails(store, STORE_FAILED, "no regular file");
	rmdir(place.path);
	put(place.path, "", 0600);
	assert_int_equal(truncate(place.path, 1024 * 1024 + 1), 0);
	assert_load_fails(store, STORE_FAILED, "too large");
	store_close(store);
}

static void test_save_replaces_a_link_and_not_its_target(void **state)
{
	struct store *store = open_store(NULL);

	(void)state;
	put(in_place("target"), "precious", 0600);
	assert_int_equal(symlink("target", place.path), 0);
	assert_saves(store, "one");
	assert_loads(store, "one");
	assert_content(in_place("target"), "precious");
	store_close(store);
}

static void test_damaged_files_are_set_aside(void **state)
{
	struct store *store = open_store(NULL);
	char last[16];

	(void)state;
	put(place.path, "first", 0600);
	assert_load_fails(store, STORE_CORRUPT,
			  "session.json.corrupt; sign in");
	assert_false(is_there(place.path));
	assert_load_fails(store, STORE_EMPTY, "");
	assert_content(in_place("session.json.corrupt"), "first");
	for (int i = 1; i <= 11; i++) {
		snprintf(last, sizeof(last), "again %d", i);
		put(place.path, last, 0600);
		assert_load_fails(store, STORE_CORRUPT, "it is no JSON");
	}
	assert_content(in_place("session.json.corrupt"), "first");
	assert_content(in_place("session.json.corrupt.1"), "again 1");
	assert_content(in_place("session.json.corrupt.9"), "again 11");
	store_close(store);
}

static void test_newer_files_stay_where_they_are(void **state)
{
	struct store *store = open_store(NULL);

	(void)state;
	put(place.path, "{\"version\":2}", 0600);
	assert_load_fails(store, STORE_FAILED, "newer version");
	assert_content(place.path, "{\"version\":2}");
	store_close(store);
}

static void test_leftovers_are_swept(void **state)
{
	static const char *const names[] = {
		"session.json~tmp",	 "session.json.discovery~tmp",
		"session.json.code~tmp", "session.json.try~tmp",
		"session.json.try",
	};
	struct store *other;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct store *holder = open_store(NULL);
		struct buf code;

		/* Not while somebody may be writing it. */
		buf_init(&code, 100);
		assert_int_equal(store_lock(holder, NULL), STORE_OK);
		assert_int_equal(store_take_code(holder, &code, NULL),
				 STORE_EMPTY);
		assert_true(store_save_code(holder, "code", NULL));
		put(in_place(names[i]), "half a se", 0600);
		other = open_store(NULL);
		assert_true(is_there(in_place(names[i])));
		store_close(other);
		store_close(holder);
		other = open_store(NULL);
		assert_false(is_there(in_place(names[i])));
		assert_true(is_there(in_place("session.json.code")));
		assert_true(store_drop_code(other, NULL));
		store_close(other);
	}
	other = open_store(NULL);
	/* Nor do they stand in the way, whoever made them. */
	assert_int_equal(symlink("/dev/full", in_place("session.json~tmp")), 0);
	assert_saves(other, "one");
	assert_loads(other, "one");
	store_close(other);
}

static void test_lock_is_for_one(void **state)
{
	struct store *one = open_store(NULL), *two = open_store(NULL);
	struct session_data data = session_of("x");

	(void)state;
	assert_false(store_save(one, &data, NULL));
	assert_false(store_wipe(one, NULL));
	assert_int_equal(store_lock(one, NULL), STORE_OK);
	assert_int_equal(store_lock(one, NULL), STORE_OK);
	assert_int_equal(store_lock(two, NULL), STORE_BUSY);
	assert_load_fails(two, STORE_EMPTY, "");
	store_unlock(one);
	assert_int_equal(store_lock(two, NULL), STORE_OK);
	assert_int_equal(store_lock(one, NULL), STORE_BUSY);
	store_close(two);
	assert_int_equal(store_lock(one, NULL), STORE_OK);
	store_unlock(one);
	store_unlock(one);
	/* Damaged, but somebody is at it: hands off. */
	put(place.path, "damaged", 0600);
	two = open_store(NULL);
	assert_int_equal(store_lock(two, NULL), STORE_OK);
	assert_load_fails(one, STORE_BUSY, "");
	assert_content(place.path, "damaged");
	assert_load_fails(two, STORE_CORRUPT, "sign in again");
	store_close(two);
	store_close(one);
}

static void test_lock_is_gone_with_its_process(void **state)
{
	struct store *store = open_store(NULL);
	int ready[2], status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		struct store *mine = store_open(place.path, NULL, NULL);

		if (store_lock(mine, NULL) == STORE_OK)
			(void)!write(ready[1], "x", 1);
		pause();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(store_lock(store, NULL), STORE_BUSY);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(store_lock(store, NULL), STORE_OK);
	close(ready[0]);
	close(ready[1]);
	store_close(store);
}

/* That trying ends like that, what the sentence has in it, and that nothing is
 * left behind. */
static void assert_try(struct store *store, enum store_result result,
		       const char *words)
{
	struct err err = {""};

	assert_int_equal(store_try(store, &err), result);
	if (strstr(err.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, err.text);
	assert_false(is_there(in_place("session.json.try")));
	assert_false(is_there(in_place("session.json.try~tmp")));
}

static void test_trying_changes_nothing(void **state)
{
	struct store *memory = store_open(NULL, NULL, NULL);
	struct store *store = open_store(NULL);
	struct store *other = open_store(NULL);

	(void)state;
	assert_try(memory, STORE_EMPTY, "");
	assert_saves(memory, "one");
	assert_try(memory, STORE_OK, "");
	store_close(memory);

	assert_try(store, STORE_EMPTY, "");
	assert_false(is_there(place.path));
	put(place.path, PLAIN, 0600);
	assert_try(store, STORE_OK, "");
	assert_content(place.path, PLAIN);
	put(place.path, "damaged", 0600);
	assert_try(store, STORE_CORRUPT, "no JSON");
	assert_content(place.path, "damaged");
	assert_false(is_there(in_place("session.json.corrupt")));
	put(place.path, PLAIN, 0640);
	assert_try(store, STORE_FAILED, "run chmod 600");

	/* It lets the lock go, unless it had it already. */
	assert_int_equal(store_lock(other, NULL), STORE_OK);
	assert_try(store, STORE_BUSY, "");
	chmod(place.path, 0600);
	assert_try(other, STORE_OK, "");
	assert_try(store, STORE_BUSY, "");
	store_unlock(other);
	assert_try(store, STORE_OK, "");

	/* Nothing can be written where the name is taken by a folder. */
	assert_int_equal(mkdir(in_place("session.json.try"), 0700), 0);
	assert_int_equal(store_try(store, NULL), STORE_FAILED);
	store_close(other);
	store_close(store);
}

static void test_lock_file_that_others_can_hold(void **state)
{
	struct store *store = open_store(NULL);
	struct err err = {""};

	(void)state;
	put(in_place("session.json.lock"), "", 0644);
	assert_int_equal(store_lock(store, &err), STORE_FAILED);
	assert_non_null(strstr(err.text, "chmod 600"));
	store_close(store);
}

/* Two processes that write as fast as they can, and a reader who must never
 * see anything but one of their whole sessions. */
static void test_readers_see_whole_sessions(void **state)
{
	struct store *store = open_store(NULL);
	int status;
	pid_t pid;

	(void)state;
	assert_saves(store, "parent");
	pid = fork();
	if (pid == 0) {
		struct store *mine = store_open(place.path, NULL, NULL);
		struct session_data data = session_of("child");
		int saved = 0;

		while (saved < 50)
			if (store_lock(mine, NULL) == STORE_OK) {
				saved += store_save(mine, &data, NULL);
				store_unlock(mine);
			}
		store_close(mine);
		store_close(store);
		_exit(0);
	}
	assert_true(pid > 0);
	for (int done = 0; done == 0;) {
		struct session_data data = {0};
		struct session_data mine = session_of("parent");

		assert_int_equal(store_load(store, &data, NULL), STORE_OK);
		assert_true(strcmp(data.tokens.access_token, "child") == 0 ||
			    strcmp(data.tokens.access_token, "parent") == 0);
		session_data_free(&data);
		if (store_lock(store, NULL) == STORE_OK)
			assert_true(store_save(store, &mine, NULL));
		store_unlock(store);
		done = waitpid(pid, &status, WNOHANG);
	}
	assert_int_equal(status, 0);
	store_close(store);
}

static void test_sealed(void **state)
{
	struct store *store;
	struct buf raw;

	(void)state;
	put(in_place("key"), HEX_KEY "\n", 0400);
	put(place.path, PLAIN, 0600);
	store = open_store(in_place("key"));
	assert_loads(store, "old");
	assert_saves(store, "new");
	assert_loads(store, "new");
	store_close(store);
	buf_init(&raw, 4096);
	assert_int_equal(file_read(AT_FDCWD, place.path, &raw, NULL), FILE_OK);
	assert_null(strstr(buf_text(&raw), "access_token"));
	buf_free(&raw);

	store = open_store(NULL);
	assert_load_fails(store, STORE_FAILED, "session.key_file");
	store_close(store);

	/* The same key as raw bytes; then another one. */
	put(in_place("raw"), "0123456789abcdef0123456789abcdef", 0600);
	store = open_store(in_place("raw"));
	assert_load_fails(store, STORE_CORRUPT, "another key");
	store_close(store);
	assert_int_equal(rename(in_place("session.json.corrupt"), place.path),
			 0);
	store = open_store(in_place("key"));
	assert_loads(store, "new");
	store_close(store);
}

static void assert_document(struct store *store, const char *expected)
{
	struct buf text;

	buf_init(&text, 4096);
	assert_int_equal(store_load_document(store, &text), expected != NULL);
	assert_string_equal(buf_text(&text), expected != NULL ? expected : "");
	buf_free(&text);
}

static void test_document(void **state)
{
	struct store *store, *other;

	(void)state;
	store = store_open(NULL, NULL, NULL);
	assert_true(store_save_document(store, "d", NULL));
	assert_document(store, NULL);
	store_close(store);

	store = open_store(NULL);
	assert_document(store, NULL);
	assert_true(store_save_document(store, "first", NULL));
	assert_true(store_save_document(store, "second", NULL));
	assert_document(store, "second");
	assert_content(in_place("session.json.discovery"), "second");
	assert_int_equal(mode_of(in_place("session.json.discovery")), 0600);

	/* Whoever has the lock is at the session: neither waits. */
	other = open_store(NULL);
	assert_int_equal(store_lock(other, NULL), STORE_OK);
	assert_true(store_save_document(store, "third", NULL));
	assert_document(store, "second");
	assert_true(store_save_document(other, "fourth", NULL));
	assert_document(store, "fourth");
	assert_int_equal(store_lock(store, NULL), STORE_BUSY);
	store_close(other);
	assert_int_equal(store_lock(store, NULL), STORE_OK);
	assert_true(store_wipe(store, NULL));
	assert_document(store, "fourth");
	store_close(store);

	/* With a key only what was sealed with it counts. */
	put(in_place("key"), HEX_KEY, 0600);
	store = open_store(in_place("key"));
	assert_document(store, NULL);
	assert_true(store_save_document(store, "sealed", NULL));
	assert_document(store, "sealed");
	other = open_store(NULL);
	assert_int_equal(store_lock(other, NULL), STORE_OK);
	assert_true(store_save_document(other, "in the clear", NULL));
	store_close(other);
	assert_document(store, NULL);
	store_close(store);
}

static void test_documents_that_are_refused(void **state)
{
	char *path = in_place("session.json.discovery");
	struct store *store = open_store(NULL);
	struct err err = {""};
	struct buf little;

	(void)state;
	put(path, "open to all", 0644);
	assert_document(store, NULL);
	put(path, "too much", 0600);
	buf_init(&little, 4);
	assert_false(store_load_document(store, &little));
	buf_free(&little);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("session.json", path), 0);
	assert_document(store, NULL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_document(store, NULL);
	assert_false(store_save_document(store, "text", &err));
	assert_non_null(strstr(err.text, "session.json.discovery"));
	store_close(store);
}

/* That taking the code's place ends like that, and what was in it. */
static void assert_code(struct store *store, enum store_result result,
			const char *expected)
{
	struct err err = {""};
	struct buf text;

	buf_init(&text, 4096);
	assert_int_equal(store_take_code(store, &text, &err), result);
	if (result == STORE_OK)
		assert_string_equal(buf_text(&text), expected);
	else
		assert_int_equal(text.len, 0);
	if (result == STORE_FAILED && strstr(err.text, expected) == NULL)
		fail_msg("\"%s\" is not in: %s", expected, err.text);
	buf_free(&text);
}

static void test_code(void **state)
{
	struct store *store, *other;
	char path[160];

	(void)state;
	snprintf(path, sizeof(path), "%s.code", place.path);
	store = store_open(NULL, NULL, NULL);
	assert_true(store_save_code(store, "c", NULL));
	assert_code(store, STORE_EMPTY, "");
	assert_true(store_drop_code(store, NULL));
	store_close(store);

	/* Where nothing was ever kept, nothing is made either. */
	store = open_store(NULL);
	assert_true(store_drop_code(store, NULL));
	assert_false(is_there(in_place("session.json.code.lock")));

	assert_code(store, STORE_EMPTY, "");
	assert_true(store_save_code(store, "first", NULL));
	assert_true(store_save_code(store, "second", NULL));
	assert_content(path, "second");
	assert_int_equal(mode_of(path), 0600);

	/* It is this process's, whoever has the session's lock. */
	other = open_store(NULL);
	assert_int_equal(store_lock(other, NULL), STORE_OK);
	assert_true(store_save_code(store, "third", NULL));
	assert_code(other, STORE_BUSY, "");
	assert_true(store_save_code(other, "not this", NULL));
	assert_true(store_drop_code(other, NULL));
	assert_content(path, "third");

	/* Until it gives it up, or ends. */
	assert_true(store_drop_code(store, NULL));
	assert_false(is_there(path));
	assert_code(other, STORE_EMPTY, "");
	assert_true(store_save_code(other, "fourth", NULL));
	assert_true(store_save_code(store, "not this", NULL));
	store_close(other);
	assert_code(store, STORE_OK, "fourth");
	store_close(store);

	/* Whoever signs out leaves none behind. */
	store = open_store(NULL);
	assert_true(store_drop_code(store, NULL));
	assert_false(is_there(path));
	store_close(store);
}

static void test_sealed_code(void **state)
{
	struct store *store;
	char path[160];

	(void)state;
	snprintf(path, sizeof(path), "%s.code", place.path);
	put(in_place("key"), HEX_KEY, 0600);
	store = open_store(in_place("key"));
	assert_true(store_save_code(store, "sealed", NULL));
	store_close(store);
	store = open_store(in_place("key"));
	assert_code(store, STORE_OK, "sealed");
	put(path, "in the clear", 0600);
	assert_code(store, STORE_FAILED, "another key");
	assert_false(is_there(path));
	store_close(store);
}

/* Whatever is in the place, a code can be kept there after that. */
static void test_codes_that_are_refused(void **state)
{
	enum kind { OPEN, LINK, FIFO, LARGE, FOLDER };
	static const struct {
		enum kind kind;
		const char *says;
	} cases[] = {
		{OPEN, "open to others"},    {LINK, "symbolic link"},
		{FIFO, "no regular file"},   {LARGE, "too large"},
		{FOLDER, "no regular file"},
	};
	char path[160];

	(void)state;
	snprintf(path, sizeof(path), "%s.code", place.path);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store *store = open_store(NULL);
		bool folder = cases[i].kind == FOLDER;

		put(in_place("elsewhere"), "kept", 0600);
		switch (cases[i].kind) {
		case OPEN:
			put(path, "code", 0640);
			break;
		case LINK:
			assert_int_equal(symlink("elsewhere", path), 0);
			break;
		case FIFO:
			assert_int_equal(mkfifo(path, 0600), 0);
			break;
		case LARGE:
			put(path, "", 0600);
			assert_int_equal(truncate(path, 2 * 1024 * 1024), 0);
			break;
		case FOLDER:
			assert_int_equal(mkdir(path, 0700), 0);
			break;
		}
		assert_code(store, STORE_FAILED, cases[i].says);
		assert_int_equal(is_there(path), folder);
		assert_int_equal(store_save_code(store, "new", NULL), !folder);
		if (!folder)
			assert_content(path, "new");
		assert_content(in_place("elsewhere"), "kept");
		assert_int_equal(store_drop_code(store, NULL), !folder);
		store_close(store);
	}
}

/* What a save cut short has left holds a code, too. */
static void test_leftover_of_a_code(void **state)
{
	struct store *store = open_store(NULL);

	(void)state;
	put(in_place("session.json.code~tmp"), "half a co", 0600);
	assert_code(store, STORE_EMPTY, "");
	assert_false(is_there(in_place("session.json.code~tmp")));
	put(in_place("session.json.code~tmp"), "half a co", 0600);
	assert_true(store_drop_code(store, NULL));
	assert_false(is_there(in_place("session.json.code~tmp")));
	store_close(store);
}

/* An older code is worse than none. */
static void test_code_that_cannot_be_saved(void **state)
{
	struct store *store = open_store(NULL);
	struct err err = {""};

	(void)state;
	assert_true(store_save_code(store, "old", NULL));
	assert_int_equal(mkdir(in_place("session.json.code~tmp"), 0700), 0);
	assert_false(store_save_code(store, "new", &err));
	assert_non_null(strstr(err.text, "session.json.code cannot"));
	assert_false(is_there(in_place("session.json.code")));
	store_close(store);
}

static void test_keys_that_are_refused(void **state)
{
	static const char *const contents[] = {
		"",
		"0123456789abcdef0123456789abcde",
		"0123456789abcdef0123456789abcdef0",
		HEX_KEY "0",
		HEX_KEY "\n\n",
		"g" HEX_KEY,
		"0x112233445566778899aabbccddeeff00112233445566778899AABBCCDDEE"
		"F"
		"F",
	};

	(void)state;
	assert_not_opened(place.path, in_place("key"), "is not there");
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		put(in_place("key"), contents[i], 0600);
		assert_not_opened(place.path, in_place("key"),
				  "does not hold a key");
	}
	put(in_place("key"), HEX_KEY, 0640);
	assert_not_opened(place.path, in_place("key"), "open to others");
	put(in_place("key"), HEX_KEY, 0600);
	store_close(open_store(in_place("key")));
}

/* A limit on the size of files cuts the write short and then fails it, as a
 * full disk does. */
static void test_failed_save_leaves_the_old_file(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	struct session_data data = session_of("new");
	struct store *store = open_store(NULL);
	struct rlimit old_limit, limit;
	struct err err = {""};
	bool saved;

	(void)state;
	assert_saves(store, "old");
	assert_int_equal(store_lock(store, NULL), STORE_OK);
	sigaction(SIGXFSZ, &ignore, &before);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
	limit = old_limit;
	limit.rlim_cur = 10;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	saved = store_save(store, &data, &err);
	setrlimit(RLIMIT_FSIZE, &old_limit);
	sigaction(SIGXFSZ, &before, NULL);
	assert_false(saved);
	assert_non_null(strstr(err.text, "ulimit -f"));
	assert_false(is_there(in_place("session.json~tmp")));
	assert_loads(store, "old");
	assert_true(store_save(store, &data, &err));
	assert_loads(store, "new");
	store_close(store);
}

static void test_directory_that_vanishes(void **state)
{
	struct store *store =
		store_open(in_place("gone/session.json"), NULL, NULL);
	struct err err = {""};

	(void)state;
	assert_non_null(store);
	rmdir(in_place("gone"));
	assert_int_equal(store_lock(store, &err), STORE_FAILED);
	assert_non_null(strstr(err.text, "session.json.lock cannot be opened"));
	assert_load_fails(store, STORE_EMPTY, "");
	store_close(store);
}

static void test_session_that_is_too_large(void **state)
{
	struct store *store = open_store(NULL);
	char *token = xcalloc(1024 * 1024 + 1, 1);
	struct session_data data = session_of(token);
	struct err err = {""};

	(void)state;
	memset(token, 'x', 1024 * 1024);
	assert_saves(store, "old");
	assert_int_equal(store_lock(store, NULL), STORE_OK);
	assert_false(store_save(store, &data, &err));
	assert_non_null(strstr(err.text, "too large"));
	assert_loads(store, "old");
	store_close(store);
	free(token);
}

static void test_default_path(void **state)
{
	static const struct {
		const char *state, *xdg, *home, *path;
	} cases[] = {
		{"/s", "/x", "/h", "/s/session.json"},
		{"/s:/t", NULL, NULL, "/s/session.json"},
		{NULL, "/x", "/h", "/x/grantty/session.json"},
		{"", "/x", "/h", "/x/grantty/session.json"},
		{"s", "x", "/h", "/h/.local/state/grantty/session.json"},
		{NULL, NULL, "/h", "/h/.local/state/grantty/session.json"},
		{NULL, NULL, "", NULL},
		{NULL, NULL, NULL, NULL},
	};
	static const char *const names[] = {"STATE_DIRECTORY", "XDG_STATE_HOME",
					    "HOME"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const values[] = {cases[i].state, cases[i].xdg,
					      cases[i].home};
		struct err err = {""};
		char *path;

		for (size_t j = 0; j < 3; j++)
			if (values[j] != NULL)
				setenv(names[j], values[j], 1);
			else
				unsetenv(names[j]);
		path = store_default_path(&err);
		if (cases[i].path != NULL)
			assert_string_equal(path, cases[i].path);
		else
			assert_null(path);
		assert_int_equal(err.text[0] != '\0', path == NULL);
		free(path);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_save_load_wipe),
		TEST(test_in_memory),
		TEST(test_modes_whatever_the_umask),
		TEST(test_missing_directories_are_made),
		TEST(test_directories_that_are_refused),
		TEST(test_files_that_are_refused),
		TEST(test_save_replaces_a_link_and_not_its_target),
		TEST(test_damaged_files_are_set_aside),
		TEST(test_newer_files_stay_where_they_are),
		TEST(test_leftovers_are_swept),
		TEST(test_lock_is_for_one),
		TEST(test_lock_is_gone_with_its_process),
		TEST(test_trying_changes_nothing),
		TEST(test_lock_file_that_others_can_hold),
		TEST(test_readers_see_whole_sessions),
		TEST(test_sealed),
		TEST(test_document),
		TEST(test_documents_that_are_refused),
		TEST(test_code),
		TEST(test_sealed_code),
		TEST(test_codes_that_are_refused),
		TEST(test_leftover_of_a_code),
		TEST(test_code_that_cannot_be_saved),
		TEST(test_keys_that_are_refused),
		TEST(test_failed_save_leaves_the_old_file),
		TEST(test_directory_that_vanishes),
		TEST(test_session_that_is_too_large),
		TEST(test_default_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
