/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a terminal, cut anywhere: no input makes the parser wait for
 * ever, and none makes a key of what is within a control string.
 */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "ui/key_parser.h"

/* What a string is tried with: its bytes do not know of each other. */
enum { STRING_MAX = 16 };

/* A newline is a pause that an Escape does not outlast; a tab is one that
 * nothing does. */
static int pause_of(uint8_t byte)
{
	switch (byte) {
	case '\n':
		return KEY_ESCAPE_MS - 1;
	case '\t':
		return KEY_GIVE_UP_MS;
	}
	return 0;
}

/* Whatever came before, a string in one piece has no key in it. */
static void try_string(struct key_parser *parser, int64_t now_ms,
		       const uint8_t *data, size_t size)
{
	(void)key_parser_pause(parser, now_ms);
	must(key_parser_deadline(parser) == INT64_MAX);
	must(key_parser_take(parser, 0x1B, now_ms) == KEYS_NONE);
	must(key_parser_take(parser, ']', now_ms) == KEYS_NONE);
	for (size_t i = 0; i < size && i < STRING_MAX; i++) {
		if (data[i] >= ' ' && data[i] <= '~')
			must(key_parser_take(parser, data[i], now_ms) ==
			     KEYS_NONE);
	}
	must(key_parser_take(parser, '\a', now_ms) == KEYS_NONE);
	must(key_parser_deadline(parser) == INT64_MAX);
}

/* A letter comes from a keypad or from nothing but itself. */
static bool may_come_from(int key, uint8_t byte)
{
	return key == byte || key < ' ' || (key > '~' && key < KEYS_HANG_UP) ||
	       key == '?' || strchr("0123456789*+,-./= ", key) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct key_parser parser;
	int64_t now_ms = 0;

	if (size == 0)
		return 0;
	key_parser_init(&parser, data[0] % 2 == 0);
	key_parser_name(&parser,
			"\x1b"
			"A",
			KEYS_UP);
	for (size_t i = 1; i < size; i++) {
		const int ms = pause_of(data[i]);

		must(may_come_from(key_parser_take(&parser, data[i], now_ms),
				   data[i]));
		if (ms == 0)
			continue;
		now_ms += ms;
		(void)key_parser_pause(&parser, now_ms);
		must(key_parser_deadline(&parser) > now_ms);
	}
	try_string(&parser, now_ms + KEY_GIVE_UP_MS, data, size);
	return 0;
}
