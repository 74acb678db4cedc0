/* SPDX-License-Identifier: MIT */
/*
 * The QR codes that could be shown for a verification URI, best first: the
 * complete one, so that nothing has to be typed; then the bare one. Each also
 * in a shorter spelling where that makes a smaller symbol.
 */
#ifndef GRANTTY_UI_SYMBOL_H
#define GRANTTY_UI_SYMBOL_H

#include <stdbool.h>

#include "core/qr.h"

enum { SYMBOL_COUNT = 4 };

struct symbol {
	char *text;    /* what it says; NULL where there is none */
	bool complete; /* carries the code */
	struct qr qr;
};

/* Makes the symbols for the two URIs (either may be NULL), unless they are
 * those already. symbols begins zeroed. */
void symbols_make(struct symbol symbols[SYMBOL_COUNT], const char *complete,
		  const char *bare);

/* Frees what they hold and zeroes them. */
void symbols_free(struct symbol symbols[SYMBOL_COUNT]);

#endif
