/* SPDX-License-Identifier: MIT */
/*
 * io/http_setup: what libcurl frees holds no secret any more.
 */
#include "config.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "http_fixture.h"

#define SECRET "S3cret-that-is-long-enough"

void *__wrap_malloc(size_t size);
void __real_free(void *p);
void __wrap_free(void *p);

/* Blocks that were freed with it. The compiler knows free() and expects no
 * change of it there. */
static volatile unsigned left;

/* Without anything that was never written. */
void *__wrap_malloc(size_t size)
{
	return calloc(1, size > 0 ? size : 1);
}

void __wrap_free(void *p)
{
	if (p != NULL && memmem(p, malloc_usable_size(p), SECRET,
				sizeof(SECRET) - 1) != NULL)
		left = left + 1;
	__real_free(p);
}

static void send_secrets(void)
{
	struct request *request =
		http_fixture_request_to("/echo", "token=" SECRET);

	request->authorization = xstrdup("Bearer " SECRET);
	http_send(http_client, HTTP_MAIN, request);
	assert_non_null(strstr(
		http_fixture_wait_reply(http_client, HTTP_MAIN).body, SECRET));
	assert_non_null(strstr(http_fixture_next_seen().text,
			       "Authorization: Bearer " SECRET));
}

static void test_wiped(void **state)
{
	char *control = xstrdup(SECRET);

	(void)state;
	left = 0;
	free(control);
	assert_int_equal(left, 1); /* it would be seen */
	for (int i = 0; i < 3; i++)
		send_secrets();
	http_drop(http_client, HTTP_MAIN);
	http_forget(http_client);
	send_secrets();
	http_free(http_client);
	http_client = NULL;
	assert_int_equal(left, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_wiped)};

	return cmocka_run_group_tests(tests, http_fixture_start, NULL);
}
