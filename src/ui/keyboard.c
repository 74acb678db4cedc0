/* SPDX-License-Identifier: MIT */
/*
 * Takes the bytes of the terminal for keys, by way of a pad of curses' that is
 * never shown: reading from a window would draw it.
 */
#include "config.h"

#include "ui/keyboard.h"

#include <curses.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/mem.h"
#include "ui/paste.h"

enum { ESCAPE_DELAY_MS = 25 };

/* What the next byte of the input belongs to. */
enum input {
	INPUT_KEYS,
	INPUT_SEQUENCE, /* a control sequence, after its ESC[ */
	INPUT_PASTE
};

struct keyboard {
	int fd;
	WINDOW *pad;
	bool hung_up;
	enum input input;
	char parameters[4]; /* the first ones of a control sequence */
	size_t parameter_count;
	struct paste paste;
};

struct keyboard *keyboard_new(int fd)
{
	struct keyboard *keyboard = xcalloc(1, sizeof(*keyboard));

	keyboard->fd = fd;
	set_escdelay(ESCAPE_DELAY_MS);
	keyboard->pad = newpad(1, 1);
	keypad(keyboard->pad, TRUE);
	nodelay(keyboard->pad, TRUE);
	return keyboard;
}

void keyboard_free(struct keyboard *keyboard)
{
	if (keyboard == NULL)
		return;
	if (keyboard->pad != NULL)
		delwin(keyboard->pad);
	paste_wipe(&keyboard->paste);
	free(keyboard);
}

/* Curses gives the same ERR for no key and for no terminal. */
static bool is_gone(const struct keyboard *keyboard)
{
	struct pollfd fd = {.fd = keyboard->fd, .events = POLLIN};
	int waiting = 0;

	if (poll(&fd, 1, 0) < 1)
		return false;
	if (fd.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	/* Readable with nothing to read: the end of the file. */
	return ioctl(fd.fd, FIONREAD, &waiting) != 0 || waiting == 0;
}

/* What curses has next: a byte, one of its own keys, or ERR. */
static int next_code(struct keyboard *keyboard)
{
	int c;

	/* The rest of a UTF-8 character belongs to the key of its first byte;
	 * a change of size is told by term_resize(). */
	do
		c = wgetch(keyboard->pad);
	while ((c >= 0x80 && c < 0xC0) || c == KEY_RESIZE);
	return c;
}

static int translate(int c)
{
	switch (c) {
	case '\r':
	case '\n':
	case KEY_ENTER:
		return KEYS_ENTER;
	case '\t':
		return KEYS_TAB;
	case '\b':
	case 0x7F:
	case KEY_BACKSPACE:
		return KEYS_BACKSPACE;
	case 3:
		return KEYS_INTERRUPT;
	case 12:
		return KEYS_REPAINT;
	case KEY_UP:
		return KEYS_UP;
	case KEY_DOWN:
		return KEYS_DOWN;
	case KEY_LEFT:
		return KEYS_LEFT;
	case KEY_RIGHT:
		return KEYS_RIGHT;
	case KEY_PPAGE:
		return KEYS_PAGE_UP;
	case KEY_NPAGE:
		return KEYS_PAGE_DOWN;
	case KEY_HOME:
		return KEYS_HOME;
	case KEY_END:
		return KEYS_END;
	case KEY_F(1):
		return '?';
	}
	return c >= ' ' && c <= '~' ? c : KEYS_OTHER;
}

/* Within a control sequence that terminfo does not have. A key that comes
 * between ends it, too. */
static int take_sequence(struct keyboard *keyboard, int c)
{
	const size_t count = keyboard->parameter_count;

	if (c >= 0x20 && c < 0x40) {
		if (count < sizeof(keyboard->parameters))
			keyboard->parameters[keyboard->parameter_count++] =
				(char)c;
		return KEYS_NONE;
	}
	keyboard->input = INPUT_KEYS;
	if (c != '~' || count != 3 ||
	    memcmp(keyboard->parameters, "200", 3) != 0)
		return KEYS_OTHER;
	keyboard->input = INPUT_PASTE;
	return KEYS_NONE;
}

/*
 * An escape that is followed by more at once is no Escape key but a sequence
 * that terminfo does not have: its rest must not be taken for keys.
 */
static int take_escape(struct keyboard *keyboard)
{
	int c = wgetch(keyboard->pad);

	if (c == ERR)
		return KEYS_ESCAPE;
	if (c == 'O') /* SS3: one more */
		wgetch(keyboard->pad);
	if (c != '[')
		return KEYS_OTHER;
	c = wgetch(keyboard->pad);
	if (c == ERR) /* Alt and [ */
		return KEYS_OTHER;
	keyboard->input = INPUT_SEQUENCE;
	keyboard->parameter_count = 0;
	return take_sequence(keyboard, c);
}

static int take_paste(struct keyboard *keyboard, int c)
{
	switch (paste_take(&keyboard->paste, c)) {
	case PASTE_OPEN:
		return KEYS_NONE;
	case PASTE_COMPLETE:
		keyboard->input = INPUT_KEYS;
		return KEYS_PASTE;
	case PASTE_BROKEN:
		break;
	}
	keyboard->input = INPUT_KEYS;
	paste_wipe(&keyboard->paste);
	return c == 3 ? KEYS_INTERRUPT : KEYS_OTHER;
}

/* The key that c completes; KEYS_NONE while there must be more of it. */
static int take(struct keyboard *keyboard, int c)
{
	switch (keyboard->input) {
	case INPUT_KEYS:
		break;
	case INPUT_SEQUENCE:
		return take_sequence(keyboard, c);
	case INPUT_PASTE:
		return take_paste(keyboard, c);
	}
	return c == 27 ? take_escape(keyboard) : translate(c);
}

int keyboard_key(struct keyboard *keyboard)
{
	int c, key;

	if (keyboard->input != INPUT_PASTE)
		paste_wipe(&keyboard->paste);
	do {
		c = next_code(keyboard);
		key = c != ERR ? take(keyboard, c) : KEYS_NONE;
	} while (c != ERR && key == KEYS_NONE);
	if (c != ERR)
		return key;
	paste_pause(&keyboard->paste);
	if (!keyboard->hung_up)
		keyboard->hung_up = is_gone(keyboard);
	return keyboard->hung_up ? KEYS_HANG_UP : KEYS_NONE;
}

const char *keyboard_pasted(const struct keyboard *keyboard)
{
	return paste_text(&keyboard->paste);
}
