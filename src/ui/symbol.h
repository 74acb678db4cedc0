/* SPDX-License-Identifier: MIT */
/*
 * The QR codes that could be shown for a verification URI, best first: the
 * complete URI, so that nothing has to be typed, then the bare one. Each also
 * in a shorter spelling if that makes a smaller symbol.
 */
#ifndef GRANTTY_UI_SYMBOL_H
#define GRANTTY_UI_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/qr.h"

enum { SYMBOL_COUNT = 4 };

struct symbol {
	char *text;    /* the content; NULL: no such symbol */
	bool complete; /* includes the user code */
	bool tried;    /* to make qr, which takes over a million instructions */
	struct qr qr;
};

/* Sets the two URIs (either may be NULL). symbols must be zeroed at first. */
void symbols_set(struct symbol symbols[SYMBOL_COUNT], const char *complete,
		 const char *bare);

/* The i-th symbol, made on first use; NULL if there is none or the text is too
 * long for any. */
const struct symbol *symbols_get(struct symbol symbols[SYMBOL_COUNT], size_t i);

/* Frees the contents and zeroes them. */
void symbols_free(struct symbol symbols[SYMBOL_COUNT]);

#endif
