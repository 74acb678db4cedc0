/* SPDX-License-Identifier: MIT */
/*
 * The font of a virtual terminal and its map from characters to glyphs: read,
 * changed in memory, written. Only io/vt.c needs this.
 */
#ifndef GRANTTY_IO_VT_FONT_H
#define GRANTTY_IO_VT_FONT_H

#include <linux/kd.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	VT_FONT_GLYPHS = 512,
	VT_FONT_PITCH = 32, /* rows that the kernel stores for each glyph */
	VT_FONT_PIXELS = VT_FONT_GLYPHS * VT_FONT_PITCH * VT_FONT_PITCH / 8,
	VT_FONT_PAIRS = 65535
};

/* Everything is in one struct, so that it can be in shared memory: too large
 * for the stack. */
struct vt_font {
	unsigned columns, rows; /* of a glyph, in pixels */
	unsigned glyphs;	/* 0: there is at most a map */
	size_t map_len;
	unsigned char pixels[VT_FONT_PIXELS];
	struct unipair map[VT_FONT_PAIRS];
};

/* Read only the map, or the map and the glyphs, into *font. False, with no
 * glyphs, if the kernel does not provide them. */
bool vt_font_read_map(struct vt_font *font, int fd);
bool vt_font_read(struct vt_font *font, int fd);

void vt_font_copy(struct vt_font *to, const struct vt_font *from);

/* Sets the glyphs and the map. */
bool vt_font_write(const struct vt_font *font, int fd);

/* True if all glyphs look the same; if the maps are also the same. */
bool vt_font_looks_like(const struct vt_font *font,
			const struct vt_font *other);
bool vt_font_equals(const struct vt_font *font, const struct vt_font *other);

/* True if the font has all characters of the text, line ends apart. */
bool vt_font_has_all(const struct vt_font *font, const char *text);

/* True if the font has both half blocks. */
bool vt_font_has_blocks(const struct vt_font *font);

/*
 * Draws the missing half blocks over glyphs of characters that no text here
 * uses. False if every glyph is needed.
 */
bool vt_font_add_blocks(struct vt_font *font);

#endif
