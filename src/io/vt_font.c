/* SPDX-License-Identifier: MIT */
/*
 * Console fonts through KDFONTOP and the unimap (ioctl_console(2)). Also
 * decides which glyphs can be replaced.
 */
#include "config.h"

#include "io/vt_font.h"

#include <string.h>
#include <sys/ioctl.h>

#include "base/text.h"

enum { UPPER_HALF = 0x2580, LOWER_HALF = 0x2584 };

bool vt_font_read_map(struct vt_font *font, int fd)
{
	struct unimapdesc map = {
		.entry_ct = VT_FONT_PAIRS,
		.entries = font->map,
	};

	font->glyphs = 0;
	font->map_len = 0;
	if (ioctl(fd, GIO_UNIMAP, &map) != 0)
		return false;
	font->map_len = map.entry_ct;
	return true;
}

bool vt_font_read(struct vt_font *font, int fd)
{
	struct console_font_op op = {
		.op = KD_FONT_OP_GET,
		.width = VT_FONT_PITCH,
		.height = VT_FONT_PITCH,
		.charcount = VT_FONT_GLYPHS,
		.data = font->pixels,
	};

	if (!vt_font_read_map(font, fd) || ioctl(fd, KDFONTOP, &op) != 0 ||
	    op.width > VT_FONT_PITCH || op.height > VT_FONT_PITCH ||
	    op.charcount > VT_FONT_GLYPHS)
		return false;
	font->columns = op.width;
	font->rows = op.height;
	font->glyphs = op.charcount;
	return true;
}

/* The size of one glyph. */
static size_t bytes_of(const struct vt_font *font)
{
	return (font->columns + 7) / 8 * (size_t)VT_FONT_PITCH;
}

/* Copies only the used part: most of the memory is never touched. */
void vt_font_copy(struct vt_font *to, const struct vt_font *from)
{
	to->columns = from->columns;
	to->rows = from->rows;
	to->glyphs = from->glyphs;
	to->map_len = from->map_len;
	memcpy(to->pixels, from->pixels, from->glyphs * bytes_of(from));
	memcpy(to->map, from->map, from->map_len * sizeof(*from->map));
}

bool vt_font_write(const struct vt_font *font, int fd)
{
	struct console_font_op op = {
		.op = KD_FONT_OP_SET,
		.width = font->columns,
		.height = font->rows,
		.charcount = font->glyphs,
		.data = (unsigned char *)font->pixels, /* only read */
	};
	struct unimapinit none = {0};
	struct unimapdesc map = {
		.entry_ct = (unsigned short)font->map_len,
		.entries = (struct unipair *)font->map,
	};

	return ioctl(fd, KDFONTOP, &op) == 0 &&
	       ioctl(fd, PIO_UNIMAPCLR, &none) == 0 &&
	       ioctl(fd, PIO_UNIMAP, &map) == 0;
}

bool vt_font_looks_like(const struct vt_font *font, const struct vt_font *other)
{
	return font->columns == other->columns && font->rows == other->rows &&
	       font->glyphs == other->glyphs &&
	       memcmp(font->pixels, other->pixels,
		      font->glyphs * bytes_of(font)) == 0;
}

bool vt_font_equals(const struct vt_font *font, const struct vt_font *other)
{
	return vt_font_looks_like(font, other) &&
	       font->map_len == other->map_len &&
	       memcmp(font->map, other->map,
		      font->map_len * sizeof(*font->map)) == 0;
}

static bool has(const struct vt_font *font, unsigned character)
{
	for (size_t i = 0; i < font->map_len; i++) {
		if (font->map[i].unicode == character)
			return true;
	}
	return false;
}

bool vt_font_has_all(const struct vt_font *font, const char *text)
{
	size_t len = strlen(text);
	uint32_t c = 0;
	int n;

	while ((n = text_decode(text, len, &c)) > 0 &&
	       (c == '\n' || has(font, c))) {
		text += n;
		len -= (size_t)n;
	}
	return len == 0;
}

bool vt_font_has_blocks(const struct vt_font *font)
{
	return has(font, UPPER_HALF) && has(font, LOWER_HALF);
}

/* True if the character is needed: letters, digits and punctuation for names
 * and messages, and what the screens are drawn with. */
static bool is_needed(unsigned character)
{
	static const unsigned short drawn[] = {0x2500, 0x2502, 0x250C, 0x2510,
					       0x2514, 0x2518, 0x2580, 0x2584,
					       0x2588, 0xFFFD};

	if (character < 0x2190)
		return true;
	for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++) {
		if (character == drawn[i])
			return true;
	}
	return false;
}

/* The kernel erases with glyph 32, whatever the map says. */
static bool can_be_spared(const struct vt_font *font, unsigned glyph)
{
	if (glyph == 0 || glyph == ' ')
		return false;
	for (size_t i = 0; i < font->map_len; i++) {
		if (font->map[i].fontpos == glyph &&
		    is_needed(font->map[i].unicode))
			return false;
	}
	return true;
}

/*
 * A glyph that can be replaced, or 0. VGA hardware fills the one-pixel gap
 * between cells for glyphs 0xC0 to 0xDF, so these come first.
 */
static unsigned find_spare(const struct vt_font *font)
{
	for (unsigned i = 0; i < font->glyphs; i++) {
		unsigned glyph = (i + 0xC0) % font->glyphs;

		if (can_be_spared(font, glyph))
			return glyph;
	}
	return 0;
}

static void fill_rows(struct vt_font *font, unsigned glyph, unsigned from,
		      unsigned to)
{
	const size_t bytes = (font->columns + 7) / 8;
	unsigned char *pixels = font->pixels + glyph * bytes_of(font);

	memset(pixels, 0, bytes_of(font));
	memset(pixels + from * bytes, 0xFF, (to - from) * bytes);
}

/* From now on, only the new character maps to the glyph. */
static bool map_to(struct vt_font *font, unsigned short character,
		   unsigned glyph)
{
	size_t kept = 0;

	for (size_t i = 0; i < font->map_len; i++) {
		if (font->map[i].fontpos != glyph)
			font->map[kept++] = font->map[i];
	}
	font->map_len = kept;
	if (kept == VT_FONT_PAIRS)
		return false;
	font->map[kept].unicode = character;
	font->map[kept].fontpos = (unsigned short)glyph;
	font->map_len++;
	return true;
}

static bool add_block(struct vt_font *font, unsigned short character,
		      unsigned from, unsigned to)
{
	unsigned glyph;

	if (has(font, character))
		return true;
	glyph = find_spare(font);
	if (glyph == 0)
		return false;
	fill_rows(font, glyph, from, to);
	return map_to(font, character, glyph);
}

bool vt_font_add_blocks(struct vt_font *font)
{
	const unsigned middle = font->rows / 2;

	return add_block(font, UPPER_HALF, 0, middle) &&
	       add_block(font, LOWER_HALF, middle, font->rows);
}
