/* SPDX-License-Identifier: MIT */
/*
 * ui/key_parser: what a terminal sends by itself is no key, in whatever pieces
 * it comes. The rows are from ECMA-48, xterm's "Control Sequences", DEC's
 * manuals of the VT340 and VT510, and kitty's protocols.
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
#define ST "\x1b\\"

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
static void try_pieces(bool utf8, const char *bytes, size_t len, size_t first,
		       size_t others, int gap_ms, const int *wanted)
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
		fail_msg("%zu bytes, and pieces of %zu after %d ms each: "
			 "%zu keys, the first %d",
			 first, others, gap_ms, count, keys[0]);
	}
	assert_int_equal(key_parser_deadline(&parser), INT64_MAX);
}

static void try_all_splits(bool utf8, const char *bytes, size_t len,
			   const int *wanted)
{
	static const int gaps[] = {0, 50, 250};

	for (size_t i = 0; i < COUNT(gaps); i++) {
		for (size_t at = 1; at <= len; at++)
			try_pieces(utf8, bytes, len, at, len, gaps[i], wanted);
		try_pieces(utf8, bytes, len, 1, 1, gaps[i], wanted);
	}
}

/* ---- What is no key */

struct row {
	const char *bytes;
	size_t len;
};

static const struct row no_keys[] = {
	/* OSC: colours, the clipboard, titles, notifications, prompts */
	{BYTES("\x1b]11;rgb:3030/3434/4646" ST)},
	{BYTES("\x1b]10;rgb:ffff/ffff/ffff\a")},
	{BYTES("\x1b]12;rgba:ffff/ffff/ffff/ffff" ST)},
	{BYTES("\x1b]4;1;rgb:cdcd/0000/0000" ST)},
	{BYTES("\x1b]52;c;eXF5cXlx\a")},
	{BYTES("\x1b]5522;type=read:status=DONE" ST)},
	{BYTES("\x1b]lyes" ST)}, /* the window's title */
	{BYTES("\x1b]Lyes" ST)}, /* the icon's */
	{BYTES("\x1b]2;\xc3\x9c yq \xe2\x9c\x93 y" ST)}, /* 9C within */
	{BYTES("\x1b]99;i=1:p=alive;y" ST)},
	{BYTES("\x1b]1337;ReportCellSize=17.0;8.0;2.0" ST)},
	{BYTES("\x1b]133;A\a")},
	{BYTES("\x1b]11;y\xc2\x9c")},	  /* ended by ST as one character */
	{BYTES("\x1b]11;y\x18")},	  /* by CAN */
	{BYTES("\x1b]lIt\x92s quiz" ST)}, /* no UTF-8 */
	{BYTES("\x1bP1$r\x85y" ST)},
	{BYTES("\x1b]2;\xc2\x85yq\x9byq" ST)},
	{BYTES("\x1b]11;y\x1a")},    /* by SUB */
	{BYTES("\x1b]11;y\x1b[0n")}, /* by something else */
	{BYTES("\x1b]11;\r\ny\x03q" ST)},
	{BYTES("\x1b]5;0;rgb:ffff/ffff/ffff" ST)},
	{BYTES("\x1b]50;fixed" ST)},
	{BYTES("\x1b]60;allowColorOps,allowWindowOps" ST)},
	{BYTES("\x1b]61;SetSelection,yes" ST)},
	{BYTES("\x1b]21;foreground=rgb:ff/ff/ff;cursor=?" ST)},
	{BYTES("\x1b]22;1,0,1" ST)},
	{BYTES("\x1b]51;[\"call\",\"yes\",[]]\a")},
	{BYTES("\x1b]72;t=q:x=1;y" ST)},
	{BYTES("\x1b]5113;ac=status;id=y;st=T0s=" ST)},
	{BYTES("\x1b]702;rxvt-unicode;urxvt;9;y\a")},
	{BYTES("\x1b]7704;rgb:1/2/3\a")},
	{BYTES("\x1b]1337;Capabilities=T3CwLrMSc7UUw9Ts3BFGsSyHNoSxF\a")},
	{BYTES("\x1b]y" ST)},
	{BYTES("\x1b]" ST)}, /* with nothing in it */

	/* DCS: names, capabilities, settings, images */
	{BYTES("\x1bP>|kitty(0.35.2)" ST)},
	{BYTES("\x1bP>|XTerm(390)" ST)},
	{BYTES("\x1bP>|tmux 3.4" ST)},
	{BYTES("\x1bP!|7E565445" ST)},
	{BYTES("\x1bP1+r544e=787465726d" ST)},
	{BYTES("\x1bP0+r6d796361" ST)},
	{BYTES("\x1bP1$r0m" ST)},
	{BYTES("\x1bP1$r2 q" ST)},
	{BYTES("\x1bP1$u1;1;1;@;@;@;0;0;@;BBBB" ST)},
	{BYTES("\x1bP0;1|17/17;18/18" ST)},
	{BYTES("\x1bPq#0;2;0;0;0~~yq$-" ST)},
	{BYTES("\x1bP>|Konsole 22.12.3" ST)},
	{BYTES("\x1bP>|WezTerm 20240203-yes" ST)},
	{BYTES("\x1bP1+R666f6e74=79" ST)}, /* an X resource */
	{BYTES("\x1bP0$r" ST)},
	{BYTES("\x1bP1$r48:2::12:13:14m" ST)},
	{BYTES("\x1bP2$u9/17/25/33" ST)},    /* the tabs */
	{BYTES("\x1bP1$sy" ST)},	     /* the terminal's state */
	{BYTES("\x1bP2$s1;2;0;0;0/2;1" ST)}, /* its colours */
	{BYTES("\x1bP1!~7F5A" ST)},	     /* a checksum */
	{BYTES("\x1bP0!u%5" ST)},	     /* the supplemental set */
	{BYTES("\x1bP\"x17/y" ST)},	     /* a key's definition */
	{BYTES("\x1bP@kitty-cmd{\"ok\":true,\"data\":\"y\"}" ST)},
	{BYTES("\x1bP=1s" ST)},
	{BYTES("\x1bP" ST)},

	/* APC, PM, SOS */
	{BYTES("\x1b_Gi=31;OK" ST)},
	{BYTES("\x1b_Gi=31,I=7;OK" ST)},
	{BYTES("\x1b_yes\a")},
	{BYTES("\x1b_Gi=31,p=1;ENOENT:no such y" ST)},
	{BYTES("\x1b^yes" ST)},
	{BYTES("\x1bXyes" ST)},

	/* CSI: who and where it is */
	{BYTES("\x1b[?1;2c")},
	{BYTES("\x1b[?62;1;6;9;15;22c")},
	{BYTES("\x1b[>41;390;0c")},
	{BYTES("\x1b[>0;10;1c")},
	{BYTES("\x1b[=0c")},
	{BYTES("\x1b[?6c")}, /* the Linux console */
	{BYTES("\x1b[?1;0c")},
	{BYTES("\x1b[>83;40900;0c")}, /* GNU screen, tmux, PuTTY, VTE */
	{BYTES("\x1b[>84;0;0c")},
	{BYTES("\x1b[>0;136;0c")},
	{BYTES("\x1b[>65;7006;1c")},
	{BYTES("\x1b[0n")},
	{BYTES("\x1b[3n")},
	{BYTES("\x1b[1;1R")},
	{BYTES("\x1b[24;80R")},
	{BYTES("\x1b[?24;80;1R")},
	{BYTES("\x1b[?10n")},
	{BYTES("\x1b[?13n")},
	{BYTES("\x1b[?21n")},
	{BYTES("\x1b[?27;1;0;0n")},
	{BYTES("\x1b[?50n")},
	{BYTES("\x1b[?57;1n")},
	{BYTES("\x1b[?997;1n")},
	{BYTES("\x1b[?11n")},
	{BYTES("\x1b[?18n")},
	{BYTES("\x1b[?20n")},
	{BYTES("\x1b[?53n")},
	{BYTES("\x1b[?70n")},
	{BYTES("\x1b[?83n")},
	{BYTES("\x1b[?12;34R")},
	{BYTES("\x1b[4;2$y")},
	{BYTES("\x1b[?2004;2$y")},
	{BYTES("\x1b[?2026;0$y")},
	{BYTES("\x1b[1t")},
	{BYTES("\x1b[3;10;20t")},
	{BYTES("\x1b[4;480;640t")},
	{BYTES("\x1b[6;16;8t")},
	{BYTES("\x1b[8;24;80t")},
	{BYTES("\x1b[48;24;80;480;640t")},
	{BYTES("\x1b[2;1;1;112;112;1;0x")},
	{BYTES("\x1b[3;1;1;120;120;1;0x")},
	{BYTES("\x1b[2t")},
	{BYTES("\x1b[5;600;800t")},
	{BYTES("\x1b[9;66;140t")},
	{BYTES("\x1b[0;31;1m")},      /* the colours of a place */
	{BYTES("\x1b[2;3#Q")},	      /* how many are on the stack */
	{BYTES("\x1b[>4;1f")},	      /* how keys are told */
	{BYTES("\x1b[>1;2;29;30 q")}, /* kitty's cursors */
	{BYTES("\x1b[24;80;1;1;1\"w")},
	{BYTES("\x1b[?1;0;256S")},
	{BYTES("\x1b[?2;0;800;600S")},
	{BYTES("\x1b[>4;2m")},
	{BYTES("\x1b[>1;2;3q")},
	{BYTES("\x1b[1*{")},
	{BYTES("\x1b[5;1|")},
	{BYTES("\x1b[38:2::1:2:3m")},
	{BYTES("\x1b[99;9q")},
	{BYTES("\x1b[123456789012345678901234567890y")},
	{BYTES("\x1b[\r\n\x07m")}, /* controls within */
	{BYTES("\x1b[12\x18")},
	{BYTES("\x1b[12\x1b[0n")},

	/* The focus, the end of pasted text that never began */
	{BYTES("\x1b[I")},
	{BYTES("\x1b[O")},
	{BYTES("\x1b[201~")},

	/* The mouse: X10 and 1000, 1005, 1006, 1015, 1001, DEC's locator */
	{BYTES("\x1b[M qq")},
	{BYTES("\x1b[M!yy")},
	{BYTES("\x1b[M#\x7f\x7f")},
	{BYTES("\x1b[M \xc2\xa0y")},
	{BYTES("\x1b[M \xc4\x8f\xc2\x9b")},
	{BYTES("\x1b[M \0q")}, /* beyond column 223 */
	{BYTES("\x1b[M`\x1fy")},
	{BYTES("\x1b[t\0q")},
	{BYTES("\x1b[Ty!y!y!")},
	{BYTES("\x1b[tyq")},
	{BYTES("\x1b[<0;10;5M")},
	{BYTES("\x1b[<0;10;5m")},
	{BYTES("\x1b[<35;120;40M")},
	{BYTES("\x1b[32;10;5M")},
	{BYTES("\x1b[1;2;3;4;1&w")},
	{BYTES("\x1b[0&w")},
	{BYTES("\x1b[<65;80;24M")},
	{BYTES("\x1b[<0;1279;799m")}, /* in pixels */
	{BYTES("\x1b[96;80;24M")},

	/* Keys in kitty's words and with modifyOtherKeys, which are turned off
	 */
	{BYTES("\x1b[?1u")},
	{BYTES("\x1b[121u")},
	{BYTES("\x1b[97;5u")},
	{BYTES("\x1b[121:89;2;89u")},
	{BYTES("\x1b[121;1:3u")},
	{BYTES("\x1b[27u")},
	{BYTES("\x1b[13;1:3u")},
	{BYTES("\x1b[57414u")},
	{BYTES("\x1b[1;1:3A")},
	{BYTES("\x1b[5;1:3~")},
	{BYTES("\x1b[27;5;99~")},
	{BYTES("\x1b[27;2;121~")},
	{BYTES("\x1b[27;5;13~")},
	{BYTES("\x1b[?0u")},
	{BYTES("\x1b[?31u")},
	{BYTES("\x1b[97;;229u")},
	{BYTES("\x1b[121:89:121;1:1;121u")},
	{BYTES("\x1b[13u")},
	{BYTES("\x1b[9;5u")},
	{BYTES("\x1b[57441;1:3u")},
	{BYTES("\x1b[1;1:2A")},
	{BYTES("\x1b[1;129:3B")},
	{BYTES("\x1b[3;1:3~")},
	/* and in those of Windows, released and pressed */
	{BYTES("\x1b[89;21;121;0;0;1_")},
	{BYTES("\x1b[89;21;121;1;0;1_")},

	/* Keys of rxvt with Shift and Control, and mintty's Escape */
	{BYTES("\x1b[a")},
	{BYTES("\x1bOa")},
	{BYTES("\x1b[3^")},
	{BYTES("\x1b[3@")},
	{BYTES("\x1bO[")},

	/* Sequences of two and three bytes: designations of character sets,
	 * resets, saving the cursor; a VT52's name; Alt and a key */
	{BYTES("\x1b(B")},
	{BYTES("\x1b)0")},
	{BYTES("\x1b-A")},
	{BYTES("\x1b$(C")},
	{BYTES("\x1b#8")},
	{BYTES("\x1b%G")},
	{BYTES("\x1b F")},
	{BYTES("\x1b/Z")},
	{BYTES("\x1b?q")}, /* its keypad */
	{BYTES("\x1b?M")},
	{BYTES("\x1b"
	       "7")},
	{BYTES("\x1b=")},
	{BYTES("\x1b>")},
	{BYTES("\x1b"
	       "c")},
	{BYTES("\x1b\\")},
	{BYTES("\x1bM")},
	{BYTES("\x1bZ")},
	{BYTES("\x1by")},
	{BYTES("\x1b\r")},
	{BYTES("\x1b\x7f")},
	{BYTES("\x1b\xc3\xa9")},
	{BYTES("\x1bNy")},
	{BYTES("\x1bO5y")},
	{BYTES("\x1bOz")},
	{BYTES("\x1b\x1b[A")}, /* Alt and an arrow in rxvt */
	{BYTES("\x1b\x1bOA")},

	/* 8-bit controls where no character can begin with them */
	{BYTES("\x9b?1;2c")},
	{BYTES("\x9d"
	       "11;rgb:3030/3434/4646\x9c")},
	{BYTES("\x90>|XTerm(390)\x9c")},
	{BYTES("\x9fGi=1;OK\x9c")},
	{BYTES("\x9eyes\x9c")},
	{BYTES("\x98yes\x9c")},
	{BYTES("\x8ey")},
	{BYTES("\x84\x85\x88\x8d\x91\x96\x97\x99\x9a\x9c")},
	/* and in UTF-8 */
	{BYTES("\xc2\x9b?1;2c")},
	{BYTES("\xc2\x9d"
	       "11;y\xc2\x9c")},

	/* Noise: breaks, and what is no UTF-8 */
	{BYTES("\0\0")},
	{BYTES("\xff\xfe\xc0\xbf\xf5")},
	{BYTES("\xe2\x94")},
	{BYTES("\xa0\xbf")},
};

static void test_what_is_no_key(void **state)
{
	static const int none[] = {KEYS_NONE};

	(void)state;
	for (size_t i = 0; i < COUNT(no_keys); i++)
		try_all_splits(true, no_keys[i].bytes, no_keys[i].len, none);
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
		try_all_splits(false, rows[i].bytes, rows[i].len, rows[i].keys);
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
	static const char longer[] = "NOPX[]^_?";

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
		try_all_splits(true, rows[i].bytes, strlen(rows[i].bytes),
			       rows[i].keys);
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
	key_parser_name(&parser, "\x1b[A", KEYS_LEFT);
	key_parser_name(&parser, "\x1b[M", '?'); /* cons25: the mouse's too */
	key_parser_name(&parser, "", KEYS_RIGHT);
	key_parser_name(&parser, "\x1b[12345678901234567890z", KEYS_RIGHT);
	take_all(&parser,
		 BYTES("\x1b"
		       "A\v\x1b[224z\x1b[A\x1b[M   "),
		 keys, &count);
	assert_int_equal(count, 4);
	assert_int_equal(keys[0], KEYS_UP);
	assert_int_equal(keys[1], KEYS_DOWN);
	assert_int_equal(keys[2], '?');
	assert_int_equal(keys[3], KEYS_UP);
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
		cmocka_unit_test(test_what_is_no_key),
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
