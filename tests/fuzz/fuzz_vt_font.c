/* SPDX-License-Identifier: MIT */
/*
 * Any font and any map, as a kernel answers when it is asked for those of a
 * console: what is drawn into them stays within them, and spares every
 * character that is needed.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fuzz.h"
#include "io/vt_font.h"

int __wrap_ioctl(int fd, unsigned long request, ...);

/* Too large for the stack. */
static struct vt_font font, before;
static struct unipair pairs[VT_FONT_PAIRS];

static struct {
	bool has_map, has_font;
	unsigned width, height, glyphs;
	unsigned char pixel;
	size_t map_len;
	const struct vt_font *written;
} kernel;

static int refuse(void)
{
	errno = EINVAL;
	return -1;
}

static int give_map(struct unimapdesc *map)
{
	if (!kernel.has_map)
		return refuse();
	must(map->entry_ct >= kernel.map_len);
	memcpy(map->entries, pairs, kernel.map_len * sizeof(*pairs));
	map->entry_ct = (unsigned short)kernel.map_len;
	return 0;
}

/* As much as fits into what was asked for; its numbers may be of another one.
 */
static int give_font(struct console_font_op *op)
{
	if (!kernel.has_font)
		return refuse();
	must(op->width == VT_FONT_PITCH && op->height == VT_FONT_PITCH);
	must(op->charcount == VT_FONT_GLYPHS);
	memset(op->data, kernel.pixel, VT_FONT_PIXELS);
	op->width = kernel.width;
	op->height = kernel.height;
	op->charcount = kernel.glyphs;
	return 0;
}

/* Reads what the kernel would. */
static int take_font(const struct console_font_op *op)
{
	must(op->data == kernel.written->pixels);
	must(op->width <= VT_FONT_PITCH && op->height <= VT_FONT_PITCH);
	must(op->charcount <= VT_FONT_GLYPHS);
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	(void)fd;
	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	switch (request) {
	case GIO_UNIMAP:
		return give_map(argument);
	case KDFONTOP:
		return ((struct console_font_op *)argument)->op ==
				       KD_FONT_OP_GET
			       ? give_font(argument)
			       : take_font(argument);
	case PIO_UNIMAPCLR:
		return 0;
	case PIO_UNIMAP:
		must(((struct unimapdesc *)argument)->entries ==
		     kernel.written->map);
		must(((struct unimapdesc *)argument)->entry_ct ==
		     kernel.written->map_len);
		return 0;
	default:
		return refuse();
	}
}

static const unsigned char *glyph_of(const struct vt_font *of, unsigned glyph)
{
	return of->pixels + glyph * ((of->columns + 7) / 8 * VT_FONT_PITCH);
}

static bool maps(const struct vt_font *of, unsigned short character,
		 unsigned short glyph)
{
	for (size_t i = 0; i < of->map_len; i++) {
		if (of->map[i].unicode == character &&
		    of->map[i].fontpos == glyph)
			return true;
	}
	return false;
}

/* Letters are where they were and look as they did; so does the blank that the
 * kernel erases with. */
static void check_letters(void)
{
	const size_t bytes = (font.columns + 7) / 8 * VT_FONT_PITCH;

	for (size_t i = 0; i < before.map_len; i++) {
		const struct unipair *pair = &before.map[i];

		if (pair->unicode >= 0x2190)
			continue;
		must(maps(&font, pair->unicode, pair->fontpos));
		must(pair->fontpos >= font.glyphs ||
		     memcmp(glyph_of(&font, pair->fontpos),
			    glyph_of(&before, pair->fontpos), bytes) == 0);
	}
	for (unsigned glyph = 0; glyph <= ' ' && glyph < font.glyphs;
	     glyph += ' ')
		must(memcmp(glyph_of(&font, glyph), glyph_of(&before, glyph),
			    bytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	bool has;

	kernel.has_map = input_choice(&input, 8) != 7;
	kernel.has_font = input_choice(&input, 8) != 7;
	kernel.width = 8 + input_choice(&input, 64) - 1;
	kernel.height = 16 + input_choice(&input, 128) - 8;
	kernel.glyphs = 32 * input_choice(&input, 20);
	kernel.glyphs += input_choice(&input, 32);
	kernel.pixel = (unsigned char)input_choice(&input, 256);
	kernel.written = &font;
	kernel.map_len = input.len / sizeof(*pairs);
	if (kernel.map_len > VT_FONT_PAIRS)
		kernel.map_len = VT_FONT_PAIRS;
	if (kernel.map_len > 0)
		memcpy(pairs, input.data, kernel.map_len * sizeof(*pairs));
	has = vt_font_read(&font, -1);
	must(!has || (kernel.has_map && kernel.has_font));
	if (!has) {
		must(font.glyphs == 0);
		return 0;
	}
	must(font.columns <= VT_FONT_PITCH && font.rows <= VT_FONT_PITCH);
	must(font.glyphs <= VT_FONT_GLYPHS);
	vt_font_copy(&before, &font);
	must(vt_font_equals(&before, &font));
	has = vt_font_has_blocks(&font);
	if (vt_font_add_blocks(&font)) {
		must(vt_font_has_blocks(&font));
		must(!has || vt_font_equals(&before, &font));
	}
	check_letters();
	must(font.map_len <= VT_FONT_PAIRS);
	must(vt_font_write(&font, -1));
	(void)vt_font_has_all(&font, "Gr\xc3\xbc\xc3\x9f \xe2\x96\x80");
	return 0;
}
