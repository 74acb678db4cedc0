/* SPDX-License-Identifier: MIT */
/*
 * Tries each text with each QR code, best combination first.
 */
#include "config.h"

#include "ui/plain_text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/hyperlink.h"
#include "ui/qr.h"
#include "ui/user_code.h"
#include "ui/wrap.h"

/* How much room the text takes. */
enum room {
	ROOM_TIGHT,  /* no empty lines */
	ROOM_BLOCKS, /* the same lines, with empty ones between blocks */
	ROOM_ALL,    /* a line of its own for everything, and all addresses */
	ROOM_COUNT
};

enum {
	SPARE_ROWS = 3, /* for the cursor and further log lines */
	MARGIN = 2	/* columns before a QR code */
};

/* Black on white, whatever the terminal's own colours. Terminals without bright
 * white use the first white. */
#define BLACK "\033[40m"
#define WHITE "\033[47;107m"
#define WHITE_ON_BLACK "\033[37;97;40m"
#define NO_COLOUR "\033[0m"

/* "W D J B - M J H T": otherwise a screen reader would read it as a word. */
static void add_spelled(struct buf *out, const char *s)
{
	const char *end = s + strlen(s);
	uint32_t character;

	while (s < end) {
		int len = text_decode(s, (size_t)(end - s), &character);

		if (len <= 0)
			len = 1;
		(void)buf_add(out, s, (size_t)len);
		s += len;
		if (s < end)
			(void)buf_adds(out, " ");
	}
}

static const char *gap(enum room room)
{
	return room == ROOM_TIGHT ? "" : "\n";
}

static bool is_number(const char *s)
{
	return s[strspn(s, "0123456789")] == '\0';
}

/* Adds a sentence, wrapped between words. */
static void add_words(struct buf *out, const struct plain_output *output,
		      const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add_words(struct buf *out, const struct plain_output *output,
		      const char *format, ...)
{
	char text[1024];
	const char *rest = text;
	struct span row;
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	while (wrap_words(&rest, output->size.columns, 0, &row))
		(void)buf_addf(out, "%.*s\n", (int)row.len, row.s);
}

/* Adds the address or the code as a link to the address that includes the
 * code. */
static void add_link(struct buf *out, const struct plain_output *output,
		     const struct plain_code *code, const char *text)
{
	const char *uri = code->verification_uri_complete != NULL
				  ? code->verification_uri_complete
				  : code->verification_uri;
	const bool links = output->links && hyperlink_begin(out, uri);

	(void)buf_addf(out, "%s%s", text, links ? HYPERLINK_END : "");
}

/* In a line of its own, never wrapped, so that it can be copied. */
static void add_line(struct buf *out, const struct plain_output *output,
		     const struct plain_code *code, const char *text,
		     enum room room)
{
	(void)buf_adds(out, room == ROOM_ALL ? "\n    " : "    ");
	add_link(out, output, code, text);
	(void)buf_addf(out, "\n%s", gap(room));
}

/* Translators: a plain line, wrapped. %s is a duration. */
static void add_life(struct buf *out, const struct plain_output *output,
		     const struct plain_code *code)
{
	char life[64];

	i18n_duration(life, sizeof(life), code->expires_in_s);
	add_words(out, output, _("The code is valid for %s."), life);
}

/* Translators: plain lines, wrapped; the code or the address stands below, or
 * after the colon, where the space stays. */
static void add_roomy_code(struct buf *out, const struct plain_output *output,
			   const struct plain_code *code, const char *grouped)
{
	add_words(out, output, "%s", _("and enter this code:"));
	add_line(out, output, code, grouped, ROOM_ALL);
	(void)buf_adds(out, is_number(code->user_code)
				    ? _("Digit by digit: ")
				    : _("Character by character: "));
	add_spelled(out, code->user_code);
	(void)buf_adds(out, "\n\n");
	if (code->verification_uri_complete == NULL ||
	    strcmp(code->verification_uri_complete, code->verification_uri) ==
		    0)
		return;
	add_words(out, output, "%s",
		  _("Or go to this address, and make sure that it shows the "
		    "same code:"));
	add_line(out, output, code, code->verification_uri_complete, ROOM_ALL);
}

static void add_compact_code(struct buf *out, const struct plain_output *output,
			     const struct plain_code *code, const char *grouped,
			     enum room room)
{
	const char *invitation = _("and enter this code:");
	/* In one row if there is room: the QR code needs the others. */
	const int width = text_width(invitation) + 10 + text_width(grouped) +
			  2 * text_width(code->user_code);

	(void)buf_adds(out, invitation);
	(void)buf_adds(out, width <= output->size.columns ? "" : "\n");
	(void)buf_adds(out, "    ");
	add_link(out, output, code, grouped);
	(void)buf_adds(out, "    (");
	add_spelled(out, code->user_code);
	(void)buf_addf(out, ")\n%s", gap(room));
}

static void add_code(struct buf *out, const struct plain_output *output,
		     const struct plain_code *code, enum room room)
{
	char grouped[USER_CODE_BYTES];

	user_code_group(grouped, sizeof(grouped), code->user_code);
	if (room == ROOM_ALL)
		add_roomy_code(out, output, code, grouped);
	else
		add_compact_code(out, output, code, grouped, room);
}

static void add_text(struct buf *out, const struct plain_output *output,
		     const struct plain_code *code, enum room room)
{
	const char *address = code->verification_uri;

	if (!output->shows_code && code->verification_uri_complete != NULL)
		address = code->verification_uri_complete;
	/* Translators: plain lines, one sentence in three parts: "To sign in to
	 * Webex, go to", an address, "and enter this code:", the code. */
	add_words(out, output, _("To sign in to %s, go to"), code->label);
	add_line(out, output, code, address, room);
	if (output->shows_code)
		add_code(out, output, code, room);
	else
		add_words(out, output, "%s",
			  address == code->verification_uri
				  ? _("The code cannot be shown here. Sign in "
				      "on a terminal that can display it.")
				  : _("The code cannot be shown here. The "
				      "address includes it."));
	add_life(out, output, code);
	if (code->caution != NULL)
		add_words(out, output, "%s", code->caution);
}

/* Translators: a plain line, wrapped, above a QR code. */
static void add_invitation(struct buf *out, const struct plain_output *output,
			   const struct symbol *symbol, enum room room)
{
	(void)buf_adds(out, gap(room));
	add_words(out, output, "%s",
		  symbol->complete
			  ? _("Or scan this QR code with your phone's camera:")
			  : _("Or scan this QR code with your phone's camera, "
			      "and enter the code:"));
	(void)buf_adds(out, gap(room));
}

/* The number of rows that the lines take at that width. */
static int rows_of(const char *lines, int columns)
{
	int rows = 0;

	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");
		char line[4096];
		int width;

		text_clip(line, sizeof(line), lines, len, -1, 0);
		width = text_width(line);
		rows += width > columns ? (width + columns - 1) / columns : 1;
		lines += len + (lines[len] == '\n');
	}
	return rows;
}

/* The rows of the text before the symbol (NULL: none), as displayed. */
static int rows_of_text(const struct plain_output *output,
			const struct plain_code *code,
			const struct symbol *symbol, enum room room)
{
	struct plain_output seen = *output;
	struct buf text;
	int rows;

	seen.links = false;
	buf_init(&text, PLAIN_TEXT_MAX);
	add_text(&text, &seen, code, room);
	if (symbol != NULL)
		add_invitation(&text, &seen, symbol, room);
	rows = rows_of(buf_text(&text), output->size.columns);
	buf_free(&text);
	return rows;
}

/* Two rows of modules per line, with light ones drawn. */
static void draw_halves(struct buf *out, const struct qr *qr, int quiet)
{
	static const char *const cells[] = {" ", "▄", "▀", "█"};

	for (int y = -quiet; y < qr->side + quiet; y += 2) {
		(void)buf_addf(out, "%*s" WHITE_ON_BLACK, MARGIN, "");
		for (int x = -quiet; x < qr->side + quiet; x++)
			(void)buf_adds(out,
				       cells[(qr_dark(qr, x, y) ? 0 : 2) +
					     (qr_dark(qr, x, y + 1) ? 0 : 1)]);
		(void)buf_adds(out, NO_COLOUR "\n");
	}
}

/* Two spaces per module: every font and character set has them. */
static void draw_full(struct buf *out, const struct qr *qr, int quiet)
{
	for (int y = -quiet; y < qr->side + quiet; y++) {
		int was = -1;

		(void)buf_addf(out, "%*s", MARGIN, "");
		for (int x = -quiet; x < qr->side + quiet; x++) {
			int dark = qr_dark(qr, x, y);

			if (dark != was)
				(void)buf_adds(out, dark ? BLACK : WHITE);
			(void)buf_adds(out, "  ");
			was = dark;
		}
		(void)buf_adds(out, NO_COLOUR "\n");
	}
}

/* Appends the symbol after the text, if there is room for both. */
static bool add_symbol(struct buf *out, const struct plain_output *output,
		       const struct plain_code *code,
		       const struct symbol *symbol, enum room room)
{
	static const enum qr_mode modes[] = {QR_HALF, QR_FULL};
	const int rows = output->size.rows - SPARE_ROWS -
			 rows_of_text(output, code, symbol, room);
	bool done = false;

	for (size_t i = 0; i < 2 && output->colours && !done; i++) {
		int quiet =
			qr_quiet_that_fits(&symbol->qr, modes[i],
					   output->size.columns - MARGIN, rows);

		if (quiet == 0 ||
		    !drawing_allows(output->drawing, modes[i], output->halves))
			continue;
		add_text(out, output, code, room);
		add_invitation(out, output, symbol, room);
		if (modes[i] == QR_HALF)
			draw_halves(out, &symbol->qr, quiet);
		else
			draw_full(out, &symbol->qr, quiet);
		done = true;
	}
	return done;
}

static void add_without_symbol(struct buf *out,
			       const struct plain_output *output,
			       const struct plain_code *code)
{
	enum room room = ROOM_ALL;

	while (room > ROOM_TIGHT && rows_of_text(output, code, NULL, room) >
					    output->size.rows - SPARE_ROWS)
		room--;
	add_text(out, output, code, room);
}

void plain_text_code(struct buf *out, const struct plain_output *output,
		     const struct plain_code *code)
{
	struct symbol symbols[SYMBOL_COUNT] = {{0}};
	bool done = false;

	/* If the code cannot be shown, only the address that includes it
	 * helps. */
	symbols_set(symbols, code->verification_uri_complete,
		    output->shows_code ? code->verification_uri : NULL);
	/* Both symbols of a pair have the same content, so each text is tried
	 * with both. */
	for (size_t i = 0; i < (size_t)ROOM_COUNT * SYMBOL_COUNT && !done;
	     i++) {
		const struct symbol *symbol =
			symbols_get(symbols, i / (2 * ROOM_COUNT) * 2 + i % 2);

		done = symbol != NULL &&
		       add_symbol(out, output, code, symbol,
				  (enum room)(ROOM_ALL - i / 2 % ROOM_COUNT));
	}
	symbols_free(symbols);
	if (!done)
		add_without_symbol(out, output, code);
}
