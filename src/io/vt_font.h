/* SPDX-License-Identifier: MIT */
/*
 * The font of a virtual terminal and its map from characters to glyphs: read,
 * changed in memory, written. Only io/vt.c needs this.
 */
#ifndef GRANTTY_IO_VT_FONT_H
#define GRANTTY_IO_VT_FONT_H

#include <stdbool.h>
#include <stddef.h>

struct unipair;

struct vt_font {
	unsigned columns, rows; /* of a glyph, in pixels */
	unsigned glyphs;
	unsigned char *pixels; /* 32 rows for each, whatever its height */
	struct unipair *map;
	size_t map_len;
};

/* Reads the map alone, or map and glyphs, into *font, which the caller frees.
 * False where the kernel does not tell. */
bool vt_font_read_map(struct vt_font *font, int fd);
bool vt_font_read(struct vt_font *font, int fd);
void vt_font_free(struct vt_font *font); /* what it holds; zeroes it */

/* Puts glyphs and map in force. */
bool vt_font_write(const struct vt_font *font, int fd);

bool vt_font_has(const struct vt_font *font, unsigned character);

/* Whether both half blocks are there. */
bool vt_font_has_blocks(const struct vt_font *font);

/*
 * Draws the half blocks that are missing over glyphs of characters that no
 * text here consists of. False where every glyph is needed.
 */
bool vt_font_add_blocks(struct vt_font *font);

#endif
