/* SPDX-License-Identifier: MIT */
/*
 * What the fuzzing harnesses share: taking an input apart, and saying what
 * must hold. A harness is one LLVMFuzzerTestOneInput(); it asserts what the
 * headers promise, so that more is found than what crashes.
 */
#ifndef GRANTTY_TESTS_FUZZ_H
#define GRANTTY_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/event.h"

struct provider;
struct oauth_failure;

/* libFuzzer's entry, one in each harness. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Called by libFuzzer before the first input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Ends the run with the condition where it does not hold. */
#define must(condition) \
	((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))

_Noreturn void fuzz_fail(const char *condition, const char *file, int line);

/* What is left of an input. */
struct input {
	const char *data;
	size_t len;
};

/* Takes one byte off and makes it a number below n: 'a' is 0, 'b' is 1, so
 * that seeds can be read. 0 where nothing is left. */
unsigned input_choice(struct input *input, unsigned n);

/* Takes a line off, without its end; NULL where nothing is left. A string in
 * an allocation of its own, so that reading beyond it is seen. free() it. */
char *input_line(struct input *input);

/* Takes all that is left, in the same way. */
char *input_rest(struct input *input, size_t *len);

/* Takes a whole HTTP answer: a byte for the status, one for its type, then the
 * body. fuzz_reply_free() it. */
void input_reply(struct input *input, struct reply *reply);
void fuzz_reply_free(struct reply *reply);

/* The i-th of the known providers, ready for use; the same one each time. */
struct provider *fuzz_provider(unsigned i);

/* The same as one's own: provider_free() it. */
void fuzz_set_up_provider(struct provider *provider, unsigned i);

/* What is promised of all that a person is told about an answer. */
void must_be_told(const struct oauth_failure *failure);

/* True if it can go into a header: not empty, no control character. */
bool is_header_safe(const char *s);

#endif
