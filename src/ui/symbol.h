/* SPDX-License-Identifier: MIT */
/*
 * The QR codes that could be shown for a verification URI, best first: the
 * complete one, so that nothing has to be typed; then the bare one. Each also
 * in a shorter spelling where that makes a smaller symbol.
 */
#ifndef GRANTTY_UI_SYMBOL_H
#define GRANTTY_UI_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/qr.h"

enum { SYMBOL_COUNT = 4 };

struct symbol {
	char *text;    /* what it says; NULL where there is none */
	bool complete; /* carries the code */
	bool tried; /* to make qr, which takes a million instructions and more
		     */
	struct qr qr;
};

/* From now on the symbols are for the two URIs (either may be NULL). symbols
 * begins zeroed. */
void symbols_set(struct symbol symbols[SYMBOL_COUNT], const char *complete,
		 const char *bare);

/* The i-th of them, made when it is asked for first; NULL where there is none
 * or nothing that holds so much. */
const struct symbol *symbols_get(struct symbol symbols[SYMBOL_COUNT], size_t i);

/* Frees what they hold and zeroes them. */
void symbols_free(struct symbol symbols[SYMBOL_COUNT]);

#endif
