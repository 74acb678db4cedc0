/* SPDX-License-Identifier: MIT */
/*
 * ui/key_parser: what a terminal sends by itself is no key, in whatever pieces
 * it comes.
 */
#include "config.h"

#include "ui/key_parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text) text, sizeof(text) - 1

enum { KEYS_MAX = 8 };

static int64_t now_ms = 1000;

static void take_all(struct key_parser *parser, const char *bytes, size_t len,
		     int keys[KEYS_MAX], size_t *count)
{
	for (size_t i = 0; i < len; i++) {
		int key = key_parser_take(parser, (unsigned char)bytes[i],
					  now_ms);

		if (key != KEYS_NONE) {
			assert_true(*count < KEYS_MAX);
			keys[(*count)++] = key;
		}
	}
}

static void pause_for(struct key_parser *parser, int ms, int keys[KEYS_MAX],
		      size_t *count)
{
	int key;

	now_ms += ms;
	key = key_parser_pause(parser, now_ms);
	if (key != KEYS_NONE) {
		assert_true(*count < KEYS_MAX);
		keys[(*count)++] = key;
	}
}

static void print_bytes(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		print_error("%02x ", (unsigned char)bytes[i]);
	print_error("\n");
}

/* The bytes in pieces, the first and the others of those sizes, and then a key
 * that must be one at once. */
static void try_pieces(bool utf8, const char *what, const char *bytes,
		       size_t len, size_t first, size_t others, int gap_ms,
		       const int *wanted)
{
	struct key_parser parser;
	int keys[KEYS_MAX] = {0};
	size_t count = 0, n = 0, size = first;

	key_parser_init(&parser, utf8);
	for (size_t at = 0; at < len; at += size, size = others) {
		if (at > 0)
			pause_for(&parser, gap_ms, keys, &count);
		if (size > len - at)
			size = len - at;
		take_all(&parser, bytes + at, size, keys, &count);
	}
	take_all(&parser, "q", 1, keys, &count);
	while (wanted[n] != KEYS_NONE)
		n++;
	if (count != n + 1 || keys[n] != 'q' ||
	    memcmp(keys, wanted, n * sizeof(*wanted)) != 0) {
		print_bytes(bytes, len);
		fail_msg("%s: %zu bytes, and pieces of %zu after %d ms each: "
			 "%zu keys, the first %d",
			 what, first, others, gap_ms, count, keys[0]);
	}
	assert_int_equal(key_parser_deadline(&parser), INT64_MAX);
}

static void try_all_splits(bool utf8, const char *what, const char *bytes,
			   size_t len, const int *wanted)
{
	static const int gaps[] = {0, 50, 250};

	for (size_t i = 0; i < COUNT(gaps); i++) {
		for (size_t at = 1; at <= len; at++)
			try_pieces(utf8, what, bytes, len, at, len, gaps[i],
				   wanted);
		try_pieces(utf8, what, bytes, len, 1, 1, gaps[i], wanted);
	}
}

/* ---- What terminals send */

#define ESC "\x1b"
#define SS2 "\x1bN"
#define SS3 "\x1bO"
#define DCS "\x1bP"
#define SOS "\x1bX"
#define CSI "\x1b["
#define OSC "\x1b]"
#define PM "\x1b^"
#define APC "\x1b_"
#define ST "\x1b\\"

static const struct {
	const char *what, *bytes;
	size_t len;
	int keys[5];
} sequences[] = {
#define NO_KEY(what, bytes) {what, BYTES(bytes), {KEYS_NONE}},
#define KEY(what, bytes, ...) {what, BYTES(bytes), {__VA_ARGS__}},
#include "sequences.def"
#undef NO_KEY
#undef KEY
};

static void test_sequences(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sequences); i++)
		try_all_splits(true, sequences[i].what, sequences[i].bytes,
			       sequences[i].len, sequences[i].keys);
}

/* As a terminal sends it that has been told to use 8-bit controls: a single
 * byte for Escape and the byte after it. Returns how many bytes there are, 0
 * if there is no such form. */
static size_t with_8_bits(const char *bytes, size_t len, bool utf8, char *to)
{
	size_t count = 0;
	bool changed = false, string = false;

	for (size_t i = 0; i < len; i++) {
		const char next = i + 1 < len ? bytes[i + 1] : '\0';

		/* They do not end a string, except for ST; a VT52 has none. */
		if ((unsigned char)bytes[i] >= 0x80 ||
		    (bytes[i] == 0x1B &&
		     (next == 0x1B || next == 'Y' || (string && next != '\\'))))
			return 0;
		if (bytes[i] != 0x1B || next < 0x40 || next > 0x5F) {
			to[count++] = bytes[i];
			continue;
		}
		if (utf8)
			to[count++] = '\xc2';
		to[count++] = (char)(next + 0x40);
		string = strchr("PX]^_", next) != NULL;
		changed = true;
		i++;
	}
	return changed ? count : 0;
}

static void test_8_bit_sequences(void **state)
{
	char bytes[128];
	size_t changed = 0;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(sequences); i++) {
		const bool utf8 = i % 2 == 0;
		const size_t s = i / 2;
		size_t len;

		assert_true(sequences[s].len < sizeof(bytes));
		len = with_8_bits(sequences[s].bytes, sequences[s].len, utf8,
				  bytes);
		if (len == 0)
			continue;
		changed++;
		try_all_splits(utf8, sequences[s].what, bytes, len,
			       sequences[s].keys);
		if (!utf8) /* not even where they do not belong */
			try_all_splits(true, sequences[s].what, bytes, len,
				       sequences[s].keys);
	}
	assert_true(changed > COUNT(sequences));
}

/* Together they cut no other sequence short. */
static void test_sequences_in_a_row(void **state)
{
	(void)state;
	for (size_t i = 1; i < COUNT(sequences); i++) {
		char bytes[256];
		int keys[10];
		size_t n = 0;

		memcpy(bytes, sequences[i - 1].bytes, sequences[i - 1].len);
		memcpy(bytes + sequences[i - 1].len, sequences[i].bytes,
		       sequences[i].len);
		for (size_t k = 0; sequences[i - 1].keys[k] != KEYS_NONE; k++)
			keys[n++] = sequences[i - 1].keys[k];
		memcpy(keys + n, sequences[i].keys, sizeof(sequences[i].keys));
		try_pieces(true, sequences[i].what, bytes,
			   sequences[i - 1].len + sequences[i].len, 1, 1, 0,
			   keys);
	}
}

/* Latin-1 and its like: each byte is a character. */
static void test_single_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int keys[4];
	} rows[] = {
		{BYTES("\xe9"), {KEYS_OTHER}},
		{BYTES("\xc3\xa9"), {KEYS_OTHER, KEYS_OTHER}},
		{BYTES("\x9b?1;2c"), {0}},
		{BYTES("\x9bM \xe9\xff"), {0}},
		{BYTES("\x9b"
		       "A"),
		 {KEYS_UP}},
		{BYTES("\x8f"
		       "B"),
		 {KEYS_DOWN}},
		{BYTES("\x8fy"), {'9'}},
		{BYTES("\x8ey"), {0}},
		{BYTES("\x9d"
		       "11;\xe9y\x9c"),
		 {0}},
		{BYTES("\x9d"
		       "11;\xc3\x9c"),
		 {0}}, /* ST, and no character */
		{BYTES("\x90y\a"), {0}},
		{BYTES("\x9by"), {0}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		try_all_splits(false, "single bytes", rows[i].bytes,
			       rows[i].len, rows[i].keys);
}

/* That what begins with those bytes ends with that one, and was no letter, nor
 * anything else that confirms. */
static void try_final(const char *before, int final)
{
	struct key_parser parser;
	const char last = (char) final;
	int keys[KEYS_MAX];
	size_t count = 0;

	key_parser_init(&parser, true);
	take_all(&parser, before, strlen(before), keys, &count);
	take_all(&parser, &last, 1, keys, &count);
	assert_true(count <= 1);
	if (count == 1)
		assert_true(keys[0] >= KEYS_UP);
	assert_int_equal(key_parser_deadline(&parser), INT64_MAX);
}

static void test_every_final(void **state)
{
	static const char *const before[] = {
		"\x1b[1",      "\x1b[1;2",    "\x1b[?1",    "\x1b[>1",
		"\x1b[=1",     "\x1b[<1",     "\x1b[1;1:3", "\x1b[99;",
		"\x1b[?1;2;3", "\x1b[>1;2:3", "\x1bO5",	    "\x1bO1;2",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(before); i++) {
		for (int final = 0x40; final < 0x7F; final++)
			try_final(before[i], final);
	}
}

/* ECMA-48 5.4 and ECMA-35 13.2: control and escape sequences with each
 * intermediate byte. */
static void test_every_intermediate(void **state)
{
	static const char *const before[] = {"\x1b", "\x1b[", "\x1b[1",
					     "\x1b[?1", "\x1b[>1;2"};
	char bytes[16];

	(void)state;
	for (size_t i = 0; i < COUNT(before); i++) {
		for (int byte = 0x20; byte < 0x30; byte++) {
			(void)snprintf(bytes, sizeof(bytes), "%s%c", before[i],
				       byte);
			for (int final = 0x40; final < 0x7F; final++)
				try_final(bytes, final);
		}
	}
}

/* ECMA-35 13.2: escape sequences of two bytes. Some begin what is longer. */
static void test_every_escape(void **state)
{
	static const char longer[] = "NOPXYZ[]^_?";

	(void)state;
	for (int final = 0x30; final < 0x7F; final++) {
		if (strchr(longer, final) == NULL)
			try_final("\x1b", final);
	}
}

/* ---- What is one */

static void test_keys(void **state)
{
	static const struct {
		const char *bytes;
		int keys[4];
	} rows[] = {
		{"zR?", {'z', 'R', '?'}},
		{"\r", {KEYS_ENTER}},
		{"\n", {KEYS_ENTER}},
		{"\t", {KEYS_TAB}},
		{"\x03", {KEYS_INTERRUPT}},
		{"\x0c", {KEYS_REPAINT}},
		{"\x7f\b", {KEYS_BACKSPACE, KEYS_BACKSPACE}},
		{"\x11\x13\x1a", {KEYS_OTHER, KEYS_OTHER, KEYS_OTHER}},
		{"\x1b[A\x1bOA", {KEYS_UP, KEYS_UP}},
		{"\x1b[B\x1bOB", {KEYS_DOWN, KEYS_DOWN}},
		{"\x1b[C\x1bOC", {KEYS_RIGHT, KEYS_RIGHT}},
		{"\x1b[D\x1bOD", {KEYS_LEFT, KEYS_LEFT}},
		{"\x1b[5~\x1b[6~", {KEYS_PAGE_UP, KEYS_PAGE_DOWN}},
		{"\x1b[H\x1bOH\x1b[1~", {KEYS_HOME, KEYS_HOME, KEYS_HOME}},
		{"\x1b[F\x1bOF\x1b[4~", {KEYS_END, KEYS_END, KEYS_END}},
		{"\x1b[7~\x1b[8~", {KEYS_HOME, KEYS_END}},
		{"\x1bOP\x1b[11~\x1b[[A", {'?', '?', '?'}},
		{"\x1b[P", {KEYS_OTHER}}, /* Delete, or Pause */
		{"\x1bOM\x1bOp\x1bOk", {KEYS_ENTER, '0', '+'}},
		{"\x1b[200~", {KEYS_PASTE}},
		/* Keys that mean nothing here, and one that is held. */
		{"\x1b[2~\x1b[3~\x1b[Z", {KEYS_OTHER, KEYS_OTHER, KEYS_OTHER}},
		{"\x1b[24~\x1b[[B\x1bOS", {KEYS_OTHER, KEYS_OTHER, KEYS_OTHER}},
		{"\x1b[1;5A\x1b[5;2~", {KEYS_OTHER, KEYS_OTHER}},
		{"\xc3\xa9"
		 "1",
		 {KEYS_OTHER, '1'}}, /* one character, one key */
		{"\xe8\xa7\xa3"
		 "1",
		 {KEYS_OTHER, '1'}},
		{"\xf0\x9f\x98\x80", {KEYS_OTHER}},
		/* Right after what is none. */
		{"\x1b]11;y\x1b\\y", {'y'}},
		{"\x1b[0ny", {'y'}},
		{"\x1b[M   y", {'y'}},
		{"\xe2\x94y", {'y'}},
		{"\x1b]11;y\x1b[A", {KEYS_UP}},
		{"\x1b[1\x1b[A", {KEYS_UP}},
		{"\x1b\x03", {KEYS_INTERRUPT}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		try_all_splits(true, "keys", rows[i].bytes,
			       strlen(rows[i].bytes), rows[i].keys);
}

static void test_escape(void **state)
{
	static const char *const starts[] = {"\x1b", "\x1b\x1b",
					     "\x1b\x1b\x1b"};

	(void)state;
	for (size_t i = 0; i < COUNT(starts); i++) {
		struct key_parser parser;
		int keys[KEYS_MAX];
		size_t count = 0;

		key_parser_init(&parser, true);
		take_all(&parser, starts[i], strlen(starts[i]), keys, &count);
		assert_int_equal(key_parser_deadline(&parser),
				 now_ms + KEY_ESCAPE_MS);
		pause_for(&parser, KEY_ESCAPE_MS - 1, keys, &count);
		assert_int_equal(count, 0);
		pause_for(&parser, 1, keys, &count);
		assert_int_equal(count, 1);
		assert_int_equal(keys[0], KEYS_ESCAPE);
		pause_for(&parser, 10000, keys, &count);
		assert_int_equal(count, 1);
		assert_int_equal(key_parser_deadline(&parser), INT64_MAX);
	}
}

/* ---- What never ends */

static void test_giving_up(void **state)
{
	static const char *const starts[] = {
		"\x1b]11;rgb:", "\x1bP",	"\x1b_G",	"\x1b[",
		"\x1b[12;",	"\x1bO",	"\x1bN",	"\x1b[M ",
		"\x1b(",	"\x1b[[",	"\x1bX",	"\x1b^",
		"\xe2",		"\x1b]11;\xc3", "\x1b[M  \xc3",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(starts); i++) {
		struct key_parser parser;
		int keys[KEYS_MAX];
		size_t count = 0;

		key_parser_init(&parser, true);
		take_all(&parser, starts[i], strlen(starts[i]), keys, &count);
		assert_int_equal(key_parser_deadline(&parser),
				 now_ms + KEY_GIVE_UP_MS);
		pause_for(&parser, KEY_GIVE_UP_MS, keys, &count);
		assert_int_equal(count, 0);
		take_all(&parser, "y", 1, keys, &count);
		assert_int_equal(count, 1);
		assert_int_equal(keys[0], 'y');
	}
}

/* However long a string is nothing of it is a key, up to a bound; and who
 * waits for its end gets out. */
static void test_long_string(void **state)
{
	struct key_parser parser;
	int keys[KEYS_MAX];
	size_t count = 0;

	(void)state;
	key_parser_init(&parser, true);
	take_all(&parser, "\x1b]52;c;", 7, keys, &count);
	for (int i = 0; i < KEY_GIVE_UP_BYTES - 6; i++)
		take_all(&parser, "y", 1, keys, &count);
	assert_int_equal(count, 0);
	take_all(&parser, "yy\ay", 4, keys, &count);
	assert_int_equal(count, 0); /* and beyond it up to a pause */
	pause_for(&parser, KEY_GIVE_UP_MS, keys, &count);
	take_all(&parser, "yy", 2, keys, &count);
	assert_int_equal(count, 2);

	count = 0;
	take_all(&parser, "\x1b]0;y\x03y", 7, keys, &count);
	assert_int_equal(count, 0); /* within it: of the string */
	pause_for(&parser, KEY_ESCAPE_MS, keys, &count);
	take_all(&parser, "\x03y", 2, keys, &count);
	assert_int_equal(count, 2);
	assert_int_equal(keys[0], KEYS_INTERRUPT);
	assert_int_equal(keys[1], 'y');

	count = 0;
	take_all(&parser, "\x1b]0;y", 5, keys, &count);
	pause_for(&parser, 100, keys, &count);
	take_all(&parser, "\x1b", 1, keys, &count);
	pause_for(&parser, KEY_ESCAPE_MS, keys, &count);
	take_all(&parser, "y", 1, keys, &count);
	assert_int_equal(count, 1);
}

/* rxvt's Shift-Home ends with what is no end. */
static void test_dollar(void **state)
{
	struct key_parser parser;
	int keys[KEYS_MAX];
	size_t count = 0;

	(void)state;
	key_parser_init(&parser, true);
	take_all(&parser, "\x1b[7$", 4, keys, &count);
	pause_for(&parser, KEY_ESCAPE_MS, keys, &count);
	assert_int_equal(count, 0);
	take_all(&parser, "q", 1, keys, &count);
	assert_int_equal(count, 1);
}

/* ---- What terminfo says */

static void test_named(void **state)
{
	struct key_parser parser;
	int keys[KEYS_MAX];
	size_t count = 0;

	(void)state;
	key_parser_init(&parser, false);
	key_parser_name(&parser,
			"\x1b"
			"A",
			KEYS_UP); /* vt52 */
	key_parser_name(&parser, "\v", KEYS_DOWN);
	key_parser_name(&parser, "\x1b[224z", '?'); /* sun */
	/* These begin something on other terminals. */
	key_parser_name(&parser, "\x1bP", '?');	      /* st52 */
	key_parser_name(&parser, "\x1b?", KEYS_HOME); /* c108 */
	key_parser_name(&parser, "\x1bZ", KEYS_DOWN); /* aj510 */
	key_parser_name(&parser, "\x1b[A", KEYS_LEFT);
	key_parser_name(&parser, "\x1b[M", '?'); /* cons25: the mouse's too */
	key_parser_name(&parser, "", KEYS_RIGHT);
	key_parser_name(&parser, "\x1b[1234567890123456789012345678901z",
			KEYS_RIGHT);
	take_all(&parser,
		 BYTES("\x1b"
		       "A\v\x1b[224z\x1b[A\x1b[M   "),
		 keys, &count);
	assert_int_equal(count, 4);
	assert_int_equal(keys[0], KEYS_UP);
	assert_int_equal(keys[1], KEYS_DOWN);
	assert_int_equal(keys[2], '?');
	assert_int_equal(keys[3], KEYS_UP);
	count = 0;
	take_all(&parser, "\x1bPz\x1b?z\x1bZz", 9, keys, &count);
	assert_int_equal(count, 6);
	assert_int_equal(keys[0], '?');
	assert_int_equal(keys[2], KEYS_HOME);
	assert_int_equal(keys[4], KEYS_DOWN);
	/* A Wyse's arrows; nobody confirms with Down. */
	key_parser_name(&parser, "\n", KEYS_DOWN);
	key_parser_name(&parser, "\f", KEYS_RIGHT);
	key_parser_name(&parser, "\r", KEYS_RIGHT);
	count = 0;
	take_all(&parser, "\n\f\r", 3, keys, &count);
	assert_int_equal(keys[0], KEYS_DOWN);
	assert_int_equal(keys[1], KEYS_RIGHT);
	assert_int_equal(keys[2], KEYS_ENTER);
	for (int i = 0; i < 2 * KEY_NAMED_MAX; i++)
		key_parser_name(&parser, "\x1b[1z", KEYS_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_8_bit_sequences),
		cmocka_unit_test(test_sequences_in_a_row),
		cmocka_unit_test(test_single_bytes),
		cmocka_unit_test(test_every_final),
		cmocka_unit_test(test_every_intermediate),
		cmocka_unit_test(test_every_escape),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_giving_up),
		cmocka_unit_test(test_long_string),
		cmocka_unit_test(test_dollar),
		cmocka_unit_test(test_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
