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
	VT_FONT_PITCH = 32, /* rows that the kernel keeps of each glyph */
	VT_FONT_PIXELS = VT_FONT_GLYPHS * VT_FONT_PITCH * VT_FONT_PITCH / 8,
	VT_FONT_PAIRS = 65535
};

/* Holds all of it, so that it can be in memory that processes share: too large
 * for a stack. */
struct vt_font {
	unsigned columns, rows; /* of a glyph, in pixels */
	unsigned glyphs;	/* 0: there is a map at most */
	size_t map_len;
	unsigned char pixels[VT_FONT_PIXELS];
	struct unipair map[VT_FONT_PAIRS];
};

/* Reads the map alone, or map and glyphs, into *font. False where the kernel
 * does not tell; there are no glyphs then. */
bool vt_font_read_map(struct vt_font *font, int fd);
bool vt_font_read(struct vt_font *font, int fd);

void vt_font_copy(struct vt_font *to, const struct vt_font *from);

/* Puts glyphs and map in force. */
bool vt_font_write(const struct vt_font *font, int fd);

/* Whether all their glyphs look the same; whether their maps are, too. */
bool vt_font_looks_like(const struct vt_font *font,
			const struct vt_font *other);
bool vt_font_equals(const struct vt_font *font, const struct vt_font *other);

bool vt_font_has(const struct vt_font *font, unsigned character);

/* Whether both half blocks are there. */
bool vt_font_has_blocks(const struct vt_font *font);

/*
 * Draws the half blocks that are missing over glyphs of characters that no
 * text here consists of. False where every glyph is needed.
 */
bool vt_font_add_blocks(struct vt_font *font);

#endif
