/* SPDX-License-Identifier: MIT */
/*
 * Console fonts through KDFONTOP and the unimap (ioctl_console(2)). Which
 * glyphs can be spared is decided here, too.
 */
#include "config.h"

#include "io/vt_font.h"

#include <errno.h>
#include <linux/kd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/mem.h"

enum {
	GLYPHS_MAX = 512,
	PITCH = 32, /* rows that the kernel keeps of each glyph */
	PIXELS_MAX = GLYPHS_MAX * PITCH * PITCH / 8,
	UPPER_HALF = 0x2580,
	LOWER_HALF = 0x2584
};

bool vt_font_read_map(struct vt_font *font, int fd)
{
	struct unimapdesc map = {0};

	memset(font, 0, sizeof(*font));
	/* Without room it fails, and says how much there must be. */
	if (ioctl(fd, GIO_UNIMAP, &map) != 0 && errno != ENOMEM)
		return false;
	if (map.entry_ct == 0)
		return true;
	font->map = xcalloc(map.entry_ct, sizeof(*font->map));
	map.entries = font->map;
	if (ioctl(fd, GIO_UNIMAP, &map) != 0) {
		vt_font_free(font);
		return false;
	}
	font->map_len = map.entry_ct;
	return true;
}

bool vt_font_read(struct vt_font *font, int fd)
{
	struct console_font_op op = {
		.op = KD_FONT_OP_GET,
		.width = PITCH,
		.height = PITCH,
		.charcount = GLYPHS_MAX,
	};

	if (!vt_font_read_map(font, fd))
		return false;
	font->pixels = xcalloc(1, PIXELS_MAX);
	op.data = font->pixels;
	if (ioctl(fd, KDFONTOP, &op) != 0) {
		vt_font_free(font);
		return false;
	}
	font->columns = op.width;
	font->rows = op.height;
	font->glyphs = op.charcount;
	return true;
}

void vt_font_free(struct vt_font *font)
{
	free(font->pixels);
	free(font->map);
	memset(font, 0, sizeof(*font));
}

bool vt_font_write(const struct vt_font *font, int fd)
{
	struct console_font_op op = {
		.op = KD_FONT_OP_SET,
		.width = font->columns,
		.height = font->rows,
		.charcount = font->glyphs,
		.data = font->pixels,
	};
	struct unimapinit none = {0};
	struct unimapdesc map = {
		.entry_ct = (unsigned short)font->map_len,
		.entries = font->map,
	};

	return ioctl(fd, KDFONTOP, &op) == 0 &&
	       ioctl(fd, PIO_UNIMAPCLR, &none) == 0 &&
	       ioctl(fd, PIO_UNIMAP, &map) == 0;
}

bool vt_font_has(const struct vt_font *font, unsigned character)
{
	for (size_t i = 0; i < font->map_len; i++) {
		if (font->map[i].unicode == character)
			return true;
	}
	return false;
}

bool vt_font_has_blocks(const struct vt_font *font)
{
	return vt_font_has(font, UPPER_HALF) && vt_font_has(font, LOWER_HALF);
}

/* Letters, digits and punctuation, which names and messages consist of, and
 * what the screens are drawn with. */
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

/* Glyph 32 is what the kernel erases with, whatever the map says. */
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
 * A glyph that can be spared, or 0. VGA hardware fills the gap of one pixel
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
	unsigned char *pixels = font->pixels + glyph * bytes * PITCH;

	memset(pixels, 0, bytes * PITCH);
	memset(pixels + from * bytes, 0xFF, (to - from) * bytes);
}

/* Only the new character leads to the glyph from now on. */
static void map_to(struct vt_font *font, unsigned short character,
		   unsigned glyph)
{
	size_t kept = 0;

	for (size_t i = 0; i < font->map_len; i++) {
		if (font->map[i].fontpos != glyph)
			font->map[kept++] = font->map[i];
	}
	font->map = xreallocarray(font->map, kept + 1, sizeof(*font->map));
	font->map[kept].unicode = character;
	font->map[kept].fontpos = (unsigned short)glyph;
	font->map_len = kept + 1;
}

static bool add_block(struct vt_font *font, unsigned short character,
		      unsigned from, unsigned to)
{
	unsigned glyph;

	if (vt_font_has(font, character))
		return true;
	glyph = find_spare(font);
	if (glyph == 0)
		return false;
	fill_rows(font, glyph, from, to);
	map_to(font, character, glyph);
	return true;
}

bool vt_font_add_blocks(struct vt_font *font)
{
	const unsigned middle = font->rows / 2;

	return add_block(font, UPPER_HALF, 0, middle) &&
	       add_block(font, LOWER_HALF, middle, font->rows);
}
