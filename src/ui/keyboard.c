/* SPDX-License-Identifier: MIT */
/*
 * Reads the terminal's input without curses, which would report a key for
 * everything that a terminfo entry names and treat the rest as letters.
 */
#include "config.h"

#include "ui/keyboard.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <term.h>
#include <unistd.h>

#include "base/mem.h"
#include "ui/paste.h"

/* After this long without its end, pasted text is dropped: the next user must
 * not find a dead keyboard. */
enum { PASTE_END_MS = 10000 };

struct keyboard {
	int fd;
	bool hung_up;
	bool pasting;
	struct key_parser parser;
	struct paste paste;
	int64_t last_ms; /* when bytes last arrived */

	/* Input that was read but not handled yet. */
	unsigned char bytes[256];
	size_t first, count;
};

/* Registers the keys that this type of terminal sends in its own way. */
static void name_keys(struct key_parser *parser)
{
	static const struct {
		const char *capability;
		int key;
	} keys[] = {
		{"kcuu1", KEYS_UP},    {"kcud1", KEYS_DOWN},
		{"kcub1", KEYS_LEFT},  {"kcuf1", KEYS_RIGHT},
		{"kpp", KEYS_PAGE_UP}, {"knp", KEYS_PAGE_DOWN},
		{"khome", KEYS_HOME},  {"kend", KEYS_END},
		{"kent", KEYS_ENTER},  {"kbs", KEYS_BACKSPACE},
		{"kcbt", KEYS_OTHER},  {"kdch1", KEYS_OTHER},
		{"kf1", '?'},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		/* term.h declares the name without const. */
		const char *sequence =
			tigetstr((char *)(uintptr_t)keys[i].capability);

		if (sequence != NULL && sequence != (char *)-1)
			key_parser_name(parser, sequence, keys[i].key);
	}
}

struct keyboard *keyboard_new(int fd, bool utf8)
{
	struct keyboard *keyboard = xcalloc(1, sizeof(*keyboard));

	keyboard->fd = fd;
	key_parser_init(&keyboard->parser, utf8);
	name_keys(&keyboard->parser);
	return keyboard;
}

void keyboard_free(struct keyboard *keyboard)
{
	if (keyboard == NULL)
		return;
	paste_wipe(&keyboard->paste);
	mem_wipe(keyboard->bytes, sizeof(keyboard->bytes));
	free(keyboard);
}

/* Reads available input; false if there is none or the terminal is gone. */
static bool fill(struct keyboard *keyboard, int64_t now_ms)
{
	struct pollfd fd = {.fd = keyboard->fd, .events = POLLIN};
	ssize_t n;

	mem_wipe(keyboard->bytes, keyboard->count);
	keyboard->first = keyboard->count = 0;
	if (poll(&fd, 1, 0) < 1)
		return false;
	n = fd.revents & POLLIN ? read(keyboard->fd, keyboard->bytes,
				       sizeof(keyboard->bytes))
				: 0;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n <= 0) {
		keyboard->hung_up = true;
		return false;
	}
	keyboard->count = (size_t)n;
	if (now_ms - keyboard->last_ms >= KEY_ESCAPE_MS)
		paste_pause(&keyboard->paste);
	keyboard->last_ms = now_ms;
	return true;
}

static int take_paste(struct keyboard *keyboard, unsigned char byte,
		      int64_t now_ms)
{
	switch (paste_take(&keyboard->paste, byte)) {
	case PASTE_OPEN:
		return KEYS_NONE;
	case PASTE_COMPLETE:
		keyboard->pasting = false;
		return KEYS_PASTE;
	case PASTE_BROKEN:
		break;
	}
	keyboard->pasting = false;
	if (keyboard->paste.taken > PASTE_GIVE_UP) {
		paste_wipe(&keyboard->paste);
		key_parser_skip(&keyboard->parser, now_ms);
		return KEYS_NONE;
	}
	paste_wipe(&keyboard->paste);
	return byte == KEYS_INTERRUPT ? KEYS_INTERRUPT : KEYS_OTHER;
}

/* The key that the byte completes; KEYS_NONE if more bytes must follow. */
static int take(struct keyboard *keyboard, unsigned char byte, int64_t now_ms)
{
	int key;

	if (keyboard->pasting)
		return take_paste(keyboard, byte, now_ms);
	key = key_parser_take(&keyboard->parser, byte, now_ms);
	if (key != KEYS_PASTE)
		return key;
	keyboard->pasting = true;
	paste_begin(&keyboard->paste, keyboard->parser.eight_bit);
	return KEYS_NONE;
}

static int rest(struct keyboard *keyboard, int64_t now_ms)
{
	if (keyboard->hung_up)
		return KEYS_HANG_UP;
	if (!keyboard->pasting)
		return key_parser_pause(&keyboard->parser, now_ms);
	if (now_ms >= keyboard_deadline(keyboard)) {
		keyboard->pasting = false;
		paste_wipe(&keyboard->paste);
	}
	return KEYS_NONE;
}

int keyboard_key(struct keyboard *keyboard, int64_t now_ms)
{
	int key = KEYS_NONE;

	if (!keyboard->pasting)
		paste_wipe(&keyboard->paste);
	while (key == KEYS_NONE) {
		if (keyboard->first == keyboard->count &&
		    !fill(keyboard, now_ms))
			return rest(keyboard, now_ms);
		key = take(keyboard, keyboard->bytes[keyboard->first++],
			   now_ms);
	}
	return key;
}

void keyboard_cursor(const struct keyboard *keyboard, int *row, int *column)
{
	*row = keyboard->parser.cursor_row;
	*column = keyboard->parser.cursor_column;
}

int keyboard_background(const struct keyboard *keyboard)
{
	return keyboard->parser.background;
}

int64_t keyboard_deadline(const struct keyboard *keyboard)
{
	if (keyboard->first < keyboard->count)
		return 0;
	return keyboard->pasting ? keyboard->last_ms + PASTE_END_MS
				 : key_parser_deadline(&keyboard->parser);
}

bool keyboard_has_more(const struct keyboard *keyboard)
{
	struct pollfd fd = {.fd = keyboard->fd, .events = POLLIN};

	return keyboard->first < keyboard->count || poll(&fd, 1, 0) > 0;
}

const char *keyboard_pasted(const struct keyboard *keyboard)
{
	return paste_text(&keyboard->paste);
}
