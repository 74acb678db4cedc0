/* SPDX-License-Identifier: MIT */
/*
 * Two tables: the transitions for each state and byte, and the sequences that
 * are keys. The states are those of the VT500's parser by Paul Williams
 * (https://vt100.net/emu/dec_ansi_parser), plus those for what has bytes after
 * its end: SS2, SS3, SCI, three kinds of mouse reports, the position of a
 * VT52's cursor, and the Linux console's F1.
 */
#include "config.h"

#include "ui/key_parser.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum parser_state {
	GROUND,
	ESCAPE,
	ESCAPE_TWICE, /* Alt and a key, on some terminals; or Escape twice */
	ESCAPE_MORE,  /* with intermediate bytes */
	CSI_FIRST,    /* a control sequence that is still empty */
	CSI,
	SS2,
	SS3,
	SCI,
	LINUX_KEY, /* after ESC[[ */
	PLACE,	   /* bytes for buttons, columns and rows */
	STRING,	   /* a control string: OSC, DCS, APC, PM or SOS */
	STRING_ESCAPE,
	OVERLONG, /* dropped up to a pause */
	STATES
};

enum parser_action {
	DROP,
	KEY,	 /* the byte is a key by itself */
	BEGIN,	 /* starts a sequence */
	COLLECT, /* belongs to the sequence */
	END	 /* completes a sequence; if it is a key, nothing follows */
};

/* A character that is neither ASCII nor a control. */
enum { OTHER_CHARACTER = 0xA0, SYMBOLS };

/* The action for bytes from first to last in a state. */
struct rule {
	enum parser_state from;
	unsigned char first, last;
	enum parser_action act;
	enum parser_state to;
};

/* The first matching rule applies. */
static const struct rule rules[] = {
	{GROUND, 0x00, 0x1A, KEY, GROUND},
	{GROUND, 0x1C, 0x7F, KEY, GROUND},
	{GROUND, 0xA0, 0xA0, KEY, GROUND},

	{ESCAPE, 0x03, 0x03, KEY, GROUND},
	{ESCAPE, 0x1B, 0x1B, COLLECT, ESCAPE_TWICE},
	{ESCAPE, 0x20, 0x2F, COLLECT, ESCAPE_MORE},
	{ESCAPE, 'N', 'N', END, SS2},
	{ESCAPE, 'O', 'O', COLLECT, SS3},
	{ESCAPE, 'P', 'P', END, STRING}, /* DCS */
	{ESCAPE, 'X', 'X', END, STRING}, /* SOS */
	{ESCAPE, 'Y', 'Y', END, PLACE},	 /* of a VT52's cursor: two bytes */
	{ESCAPE, 'Z', 'Z', END, SCI},
	{ESCAPE, '[', '[', COLLECT, CSI_FIRST},
	{ESCAPE, ']', '_', END, STRING}, /* OSC, PM, APC; ST begins nothing */
	{ESCAPE, '?', '?', END, SS3},	 /* a VT52's keypad */
	{ESCAPE, 0x30, 0x7E, END, GROUND},
	{ESCAPE, 0x00, 0x7F, DROP, GROUND}, /* Alt and a control */

	{ESCAPE_MORE, 0x20, 0x2F, COLLECT, ESCAPE_MORE},
	{ESCAPE_MORE, 0x30, 0x7E, END, GROUND},

	{CSI_FIRST, '[', '[', COLLECT, LINUX_KEY},
	{CSI_FIRST, 'M', 'M', DROP, PLACE}, /* X10: three bytes */
	{CSI_FIRST, 'T', 'T', DROP, PLACE}, /* highlighting: six */
	{CSI_FIRST, 't', 't', DROP, PLACE}, /* two */
	{CSI_FIRST, 0x20, 0x3F, COLLECT, CSI},
	{CSI_FIRST, 0x40, 0x7E, END, GROUND},
	{CSI, 0x20, 0x3F, COLLECT, CSI},
	{CSI, 0x40, 0x7E, END, GROUND},

	{SS2, 0x20, 0x7F, DROP, GROUND},
	{SCI, 0x08, 0x0D, DROP, GROUND}, /* ECMA-48 8.3.109 */
	{SCI, 0x20, 0x7E, DROP, GROUND},
	{SS3, 0x30, 0x3F, COLLECT, SS3},
	{SS3, 0x20, 0x7E, END, GROUND},
	{LINUX_KEY, 0x20, 0x7E, END, GROUND},

	{STRING, 0x07, 0x07, DROP, GROUND},
	{STRING, 0x1B, 0x1B, BEGIN, STRING_ESCAPE},
	{STRING, 0x18, 0x18, DROP, GROUND},
	{STRING, 0x1A, 0x1A, DROP, GROUND},
	/* Titles contain such bytes in other encodings. Of the 8-bit controls,
	 * only ST ends a string. */
	{STRING, 0x9C, 0x9C, DROP, GROUND},
	{STRING, 0x00, 0xA0, COLLECT, STRING},
	{STRING_ESCAPE, '\\', '\\', DROP, GROUND},

	{OVERLONG, 0x00, 0xA0, DROP, OVERLONG},
};

/* Used if the table has no matching row, in any state. Other controls within a
 * sequence are ignored and leave the state unchanged. */
static const struct rule anywhere[] = {
	{0, 0x18, 0x18, DROP, GROUND}, /* CAN */
	{0, 0x1A, 0x1A, DROP, GROUND}, /* SUB */
	{0, 0x1B, 0x1B, BEGIN, ESCAPE},
	{0, 0x8E, 0x8E, DROP, SS2},
	{0, 0x8F, 0x8F, BEGIN, SS3},
	{0, 0x90, 0x90, BEGIN, STRING}, /* DCS */
	{0, 0x98, 0x98, BEGIN, STRING}, /* SOS */
	{0, 0x9A, 0x9A, DROP, SCI},	/* ESC Z */
	{0, 0x9B, 0x9B, BEGIN, CSI_FIRST},
	{0, 0x9D, 0x9F, BEGIN, STRING}, /* OSC, PM, APC */
	{0, 0x80, 0xA0, DROP, GROUND},	/* ST and the other controls */
};

/* The sequences for keys on nearly all terminals, in both modes of the cursor
 * keys and of the keypad. */
static const struct {
	const char *sequence;
	int key;
} sequences[] = {
	{"\x1b[A", KEYS_UP},
	{"\x1bOA", KEYS_UP},
	{"\x1b[B", KEYS_DOWN},
	{"\x1bOB", KEYS_DOWN},
	{"\x1b[C", KEYS_RIGHT},
	{"\x1bOC", KEYS_RIGHT},
	{"\x1b[D", KEYS_LEFT},
	{"\x1bOD", KEYS_LEFT},
	{"\x1b[H", KEYS_HOME},
	{"\x1bOH", KEYS_HOME},
	{"\x1b[F", KEYS_END},
	{"\x1bOF", KEYS_END},
	{"\x1b[1~", KEYS_HOME},
	{"\x1b[7~", KEYS_HOME},
	{"\x1b[4~", KEYS_END},
	{"\x1b[8~", KEYS_END},
	{"\x1b[5~", KEYS_PAGE_UP},
	{"\x1b[6~", KEYS_PAGE_DOWN},
	{"\x1b[200~", KEYS_PASTE},

	/* F1 opens the help, as usual. */
	{"\x1bOP", '?'},
	{"\x1b[P", KEYS_OTHER},
	{"\x1b[11~", '?'},
	{"\x1b[[A", '?'},

	/* The keypad. */
	{"\x1bOM", KEYS_ENTER},
	{"\x1bOI", KEYS_TAB},
	{"\x1bO ", ' '},
	{"\x1bOX", '='},
	{"\x1bOj", '*'},
	{"\x1bOk", '+'},
	{"\x1bOl", ','},
	{"\x1bOm", '-'},
	{"\x1bOn", '.'},
	{"\x1bOo", '/'},
	{"\x1bOp", '0'},
	{"\x1bOq", '1'},
	{"\x1bOr", '2'},
	{"\x1bOs", '3'},
	{"\x1bOt", '4'},
	{"\x1bOu", '5'},
	{"\x1bOv", '6'},
	{"\x1bOw", '7'},
	{"\x1bOx", '8'},
	{"\x1bOy", '9'},
	{"\x1b[E", KEYS_OTHER},
	{"\x1bOE", KEYS_OTHER},
	{"\x1b[G", KEYS_OTHER},

	/* Keys without a meaning here. */
	{"\x1b[Z", KEYS_OTHER}, /* Shift-Tab */
	{"\x1b[2~", KEYS_OTHER},
	{"\x1b[3~", KEYS_OTHER},
	{"\x1bOQ", KEYS_OTHER},
	{"\x1b[Q", KEYS_OTHER},
	{"\x1bOR", KEYS_OTHER}, /* F3; with [ it reports the cursor position */
	{"\x1bOS", KEYS_OTHER},
	{"\x1b[S", KEYS_OTHER},
	{"\x1b[[B", KEYS_OTHER},
	{"\x1b[[C", KEYS_OTHER},
	{"\x1b[[D", KEYS_OTHER},
	{"\x1b[[E", KEYS_OTHER},
	{"\x1b[12~", KEYS_OTHER},
	{"\x1b[13~", KEYS_OTHER},
	{"\x1b[14~", KEYS_OTHER},
	{"\x1b[15~", KEYS_OTHER},
	{"\x1b[17~", KEYS_OTHER},
	{"\x1b[18~", KEYS_OTHER},
	{"\x1b[19~", KEYS_OTHER},
	{"\x1b[20~", KEYS_OTHER},
	{"\x1b[21~", KEYS_OTHER},
	{"\x1b[23~", KEYS_OTHER},
	{"\x1b[24~", KEYS_OTHER},
	{"\x1b[25~", KEYS_OTHER},
	{"\x1b[26~", KEYS_OTHER},
	{"\x1b[28~", KEYS_OTHER},
	{"\x1b[29~", KEYS_OTHER},
	{"\x1b[31~", KEYS_OTHER},
	{"\x1b[32~", KEYS_OTHER},
	{"\x1b[33~", KEYS_OTHER},
	{"\x1b[34~", KEYS_OTHER},
};

void key_parser_name(struct key_parser *parser, const char *sequence, int key)
{
	const size_t len = strlen(sequence);

	if (len == 0 || len >= KEY_SEQUENCE_MAX ||
	    parser->named_count == KEY_NAMED_MAX)
		return;
	memcpy(parser->named[parser->named_count].sequence, sequence, len + 1);
	parser->named[parser->named_count++].key = key;
}

/* ---- Keys */

static int find_named(const struct key_parser *parser, const char *sequence)
{
	for (size_t i = 0; i < parser->named_count; i++) {
		if (strcmp(parser->named[i].sequence, sequence) == 0)
			return parser->named[i].key;
	}
	return KEYS_NONE;
}

/* A terminal that sends a control character for an arrow means the arrow,
 * except for the universal keys. */
static int control(const struct key_parser *parser, unsigned char byte)
{
	int key;

	switch (byte) {
	case '\0': /* a break on a serial line */
		return KEYS_NONE;
	case '\r':
		return KEYS_ENTER;
	case '\t':
		return KEYS_TAB;
	case 3:
		return KEYS_INTERRUPT;
	}
	key = find_named(parser, (char[]){(char)byte, '\0'});
	if (key != KEYS_NONE)
		return key;
	switch (byte) {
	case '\n':
		return KEYS_ENTER;
	case '\b':
	case 0x7F:
		return KEYS_BACKSPACE;
	case 12:
		return KEYS_REPAINT;
	}
	return KEYS_OTHER;
}

static int single(const struct key_parser *parser, unsigned char byte)
{
	if (byte >= ' ' && byte <= '~')
		return byte;
	return byte < 0x80 ? control(parser, byte) : KEYS_OTHER;
}

/* Parses a number below 100 without a leading zero; 0 if there is none. */
static int take_number(const char **text)
{
	int n = 0;

	if (**text == '0')
		return 0;
	while (**text >= '0' && **text <= '9' && n < 10)
		n = 10 * n + *(*text)++ - '0';
	return n;
}

/*
 * True if that is a key of the table with Shift, Alt, Control or Meta, as xterm
 * sends it: ESC[1;5A or ESC[5;5~. With a final R it could be F3, but is treated
 * as a cursor position report. The number 27 introduces a character code with
 * modifyOtherKeys.
 */
static bool is_modified(const char *sequence)
{
	const char *text = sequence + 2;
	int number, modifiers;

	if (strncmp(sequence, "\x1b[", 2) != 0)
		return false;
	number = take_number(&text);
	if (number == 0 || *text++ != ';')
		return false;
	modifiers = take_number(&text);
	if (modifiers < 2 || modifiers > 16 || text[0] == '\0' ||
	    text[1] != '\0')
		return false;
	return *text == '~'
		       ? number != 27 && number <= 34
		       : number == 1 && strchr("ABCDEFHPQS", *text) != NULL;
}

/* Stores the position if the sequence is a report such as ESC[2;3R. */
static void note_cursor(struct key_parser *parser, const char *sequence)
{
	const char *text = sequence + 2;
	int row, column;

	if (strncmp(sequence, "\x1b[", 2) != 0)
		return;
	row = take_number(&text);
	if (row == 0 || *text++ != ';')
		return;
	column = take_number(&text);
	if (column == 0 || strcmp(text, "R") != 0)
		return;
	parser->cursor_row = row;
	parser->cursor_column = column;
}

/* Parses a hexadecimal fraction of 1 to 4 digits; false if there is none. */
static bool take_fraction(const char **text, double *fraction)
{
	char *end;
	const unsigned long n = strtoul(*text, &end, 16);
	const int digits = (int)(end - *text);

	if (strspn(*text, "0123456789abcdefABCDEF") != (size_t)digits ||
	    digits < 1 || digits > 4)
		return false;
	*fraction = (double)n / (double)((1UL << 4 * digits) - 1);
	*text = end;
	return true;
}

/* Stores the brightness if the string is a report such as
 * ESC]11;rgb:ffff/ffff/ffff. */
static void note_background(struct key_parser *parser)
{
	const char *text = parser->sequence + 8;
	double red, green, blue;

	if (parser->len >= KEY_SEQUENCE_MAX)
		return;
	parser->sequence[parser->len] = '\0';
	if (strncmp(parser->sequence, "\x1b]11;rgb", 8) != 0)
		return;
	text += *text == 'a'; /* with an opacity at the end */
	if (*text++ != ':' || !take_fraction(&text, &red) || *text++ != '/' ||
	    !take_fraction(&text, &green) || *text++ != '/' ||
	    !take_fraction(&text, &blue))
		return;
	parser->background = (int)(30 * red + 59 * green + 11 * blue);
}

/* The sequences with the same third byte, which rules out most: the number of
 * the first one, and of the next one for each; 0: none. Filled with the table
 * of transitions. */
static unsigned char first_with[SYMBOLS], next_with[COUNT(sequences) + 1];

/* From last to first, so that each chain is in the order of the table. */
static void make_chains(void)
{
	for (size_t i = COUNT(sequences); i > 0; i--) {
		unsigned char *first =
			&first_with[(unsigned char)sequences[i - 1]
					    .sequence[2]];

		next_with[i] = *first;
		*first = (unsigned char)i;
	}
}

static int whole(struct key_parser *parser)
{
	char *sequence = parser->sequence;

	if (parser->len >= KEY_SEQUENCE_MAX)
		return KEYS_NONE;
	sequence[parser->len] = '\0';
	for (size_t i = first_with[(unsigned char)sequence[2]]; i > 0;
	     i = next_with[i]) {
		if (strcmp(sequences[i - 1].sequence, sequence) == 0)
			return sequences[i - 1].key;
	}
	note_cursor(parser, sequence);
	if (is_modified(sequence))
		return KEYS_OTHER;
	return find_named(parser, sequence);
}

/* ---- Transitions */

/* The rule for each byte in each state: its index plus one, with those from
 * "anywhere" after the others; 0: none. Filled on first use. */
static unsigned char lookup[STATES][SYMBOLS];

static void add_rule(unsigned state, const struct rule *rule, size_t number)
{
	memset(&lookup[state][rule->first], (int)number,
	       (size_t)rule->last - rule->first + 1);
}

/* From last to first, so that the first rule wins. */
static void make_lookup(void)
{
	for (unsigned state = 0; state < STATES; state++) {
		for (size_t i = COUNT(anywhere); i > 0; i--)
			add_rule(state, &anywhere[i - 1], COUNT(rules) + i);
	}
	for (size_t i = COUNT(rules); i > 0; i--)
		add_rule(rules[i - 1].from, &rules[i - 1], i);
	make_chains();
}

static const struct rule *find_rule(unsigned state, unsigned char byte)
{
	const size_t found = lookup[state][byte];

	if (found == 0)
		return NULL;
	return found <= COUNT(rules) ? &rules[found - 1]
				     : &anywhere[found - COUNT(rules) - 1];
}

static void collect(struct key_parser *parser, unsigned char byte)
{
	if (parser->len < sizeof(parser->sequence))
		parser->sequence[parser->len] = (char)byte;
	parser->len++;
}

/* Stores 8-bit controls as their 7-bit equivalents. */
static void begin(struct key_parser *parser, unsigned char byte)
{
	parser->len = 0;
	parser->eight_bit = byte >= 0x80;
	collect(parser, 0x1B);
	if (byte >= 0x80)
		collect(parser, byte - 0x40);
}

static size_t place_bytes(unsigned char final)
{
	switch (final) {
	case 'T':
		return 6;
	case 't':
	case 'Y':
		return 2;
	}
	return 3;
}

static int advance(struct key_parser *parser, unsigned char byte)
{
	const struct rule *rule;
	int key;

	/* If the string does not end here, a new sequence starts. */
	if (parser->state == STRING_ESCAPE && byte != '\\')
		parser->state = ESCAPE;
	rule = find_rule(parser->state == ESCAPE_TWICE && byte != 0x1B
				 ? ESCAPE
				 : parser->state,
			 byte);
	if (rule == NULL)
		return KEYS_NONE;
	if (parser->state == GROUND)
		parser->taken = 0;
	if (parser->state == STRING && rule->to != STRING)
		note_background(parser);
	parser->state = rule->to;
	parser->left = rule->to == PLACE ? place_bytes(byte) : 0;
	switch (rule->act) {
	case DROP:
		break;
	case KEY:
		return single(parser, byte);
	case BEGIN:
		begin(parser, byte);
		break;
	case COLLECT:
		collect(parser, byte);
		break;
	case END:
		collect(parser, byte);
		key = whole(parser);
		if (key != KEYS_NONE)
			parser->state = GROUND;
		return key;
	}
	return KEYS_NONE;
}

static bool is_waiting(const struct key_parser *parser)
{
	return parser->state != GROUND || parser->more > 0;
}

static void give_up(struct key_parser *parser)
{
	parser->state = GROUND;
	parser->more = 0;
}

/* In mode 1005 a character may have two bytes; the second is not counted. */
static bool takes_place(struct key_parser *parser, unsigned char byte)
{
	const bool continues = parser->more > 0 && (byte & 0xC0) == 0x80;

	if (parser->state != PLACE)
		return false;
	/* A coordinate too large for a byte may be any byte but ESC. */
	if (byte == 0x1B || (parser->left == 0 && !continues)) {
		give_up(parser);
		return false;
	}
	if (continues) {
		parser->more = 0;
	} else {
		parser->more = parser->utf8 && byte >= 0xC2 ? 1 : 0;
		parser->left--;
	}
	if (parser->left == 0 && parser->more == 0)
		parser->state = GROUND;
	return true;
}

/* The first byte of a UTF-8 character (RFC 3629 section 4). */
static void begin_character(struct key_parser *parser, unsigned char byte)
{
	parser->is_c1 = byte == 0xC2;
	parser->more = byte < 0xC2 || byte > 0xF4 ? 0
		       : byte < 0xE0		  ? 1
		       : byte < 0xF0		  ? 2
						  : 3;
}

/* Handles bytes from 0x80 on. C1 controls outside a valid character are
 * accepted, because that loses no key. */
static int take_high(struct key_parser *parser, unsigned char byte)
{
	if (!parser->utf8)
		return advance(parser, byte < 0xA0 ? byte : OTHER_CHARACTER);
	if (byte >= 0xC0) {
		begin_character(parser, byte);
		return KEYS_NONE;
	}
	if (parser->more == 0)
		return byte < 0xA0 ? advance(parser, byte) : KEYS_NONE;
	if (--parser->more > 0)
		return KEYS_NONE;
	return advance(parser,
		       parser->is_c1 && byte < 0xA0 ? byte : OTHER_CHARACTER);
}

void key_parser_init(struct key_parser *parser, bool utf8)
{
	if (lookup[GROUND][0] == 0)
		make_lookup();
	*parser = (struct key_parser){
		.utf8 = utf8, .state = GROUND, .background = -1};
}

int key_parser_take(struct key_parser *parser, unsigned char byte,
		    int64_t now_ms)
{
	/* Ctrl-C leaves a sequence whose end never arrives. The pause before it
	 * distinguishes it from a byte of the sequence. */
	const bool interrupts = byte == KEYS_INTERRUPT &&
				now_ms - parser->last_ms >= KEY_ESCAPE_MS;

	parser->last_ms = now_ms;
	if (interrupts)
		give_up(parser);
	else if (is_waiting(parser) && ++parser->taken > KEY_GIVE_UP_BYTES)
		parser->state = OVERLONG;
	if (takes_place(parser, byte))
		return KEYS_NONE;
	if (byte >= 0x80)
		return take_high(parser, byte);
	parser->more = 0;
	return advance(parser, byte);
}

static bool ends_with_dollar(const struct key_parser *parser)
{
	return parser->state == CSI && parser->len <= KEY_SEQUENCE_MAX &&
	       parser->sequence[parser->len - 1] == '$';
}

static bool is_escape(const struct key_parser *parser)
{
	return parser->state == ESCAPE || parser->state == ESCAPE_TWICE;
}

void key_parser_skip(struct key_parser *parser, int64_t now_ms)
{
	parser->state = OVERLONG;
	parser->more = 0;
	parser->last_ms = now_ms;
}

int key_parser_pause(struct key_parser *parser, int64_t now_ms)
{
	const bool escape = is_escape(parser);

	if (now_ms < key_parser_deadline(parser))
		return KEYS_NONE;
	give_up(parser);
	return escape ? KEYS_ESCAPE : KEYS_NONE;
}

int64_t key_parser_deadline(const struct key_parser *parser)
{
	if (!is_waiting(parser))
		return INT64_MAX;
	/* An Escape that does not end a string may be the user leaving one.
	 * Some keys of rxvt end with a $, which does not complete a
	 * sequence. */
	if (is_escape(parser) || parser->state == STRING_ESCAPE ||
	    ends_with_dollar(parser))
		return parser->last_ms + KEY_ESCAPE_MS;
	return parser->last_ms + KEY_GIVE_UP_MS;
}
