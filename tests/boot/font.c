/* SPDX-License-Identifier: MIT */
/*
 * Prints the font of the virtual terminal at standard input: its size, every
 * glyph and the map, so that two such lists can be compared. Reads it in its
 * own way, not in the program's.
 */
#include "config.h"

#include <linux/kd.h>
#include <stdio.h>
#include <sys/ioctl.h>

static unsigned char pixels[65536];
static struct unipair pairs[65535];

int main(void)
{
	struct console_font_op op = {
		.op = KD_FONT_OP_GET,
		.width = 32,
		.height = 32,
		.charcount = 512,
		.data = pixels,
	};
	struct unimapdesc map = {.entry_ct = 65535, .entries = pairs};
	size_t size;

	if (ioctl(0, KDFONTOP, &op) != 0 || ioctl(0, GIO_UNIMAP, &map) != 0) {
		perror("font");
		return 1;
	}
	printf("%ux%u, %u glyphs\n", op.width, op.height, op.charcount);
	size = (size_t)((op.width + 7) / 8) * 32;
	for (unsigned i = 0; i < op.charcount; i++) {
		printf("glyph %u ", i);
		for (size_t k = 0; k < size; k++)
			printf("%02x", pixels[i * size + k]);
		putchar('\n');
	}
	for (unsigned i = 0; i < map.entry_ct; i++)
		printf("map %04x %u\n", pairs[i].unicode, pairs[i].fontpos);
	return 0;
}
