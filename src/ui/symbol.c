/* SPDX-License-Identifier: MIT */
/*
 * Makes the QR codes once for a pair of URIs. Does not know which of them the
 * screen has room for.
 */
#include "config.h"

#include "ui/symbol.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { URI_MAX = 4096 }; /* beyond what a QR code can hold */

static void make(struct symbol *symbol, const char *text, bool complete)
{
	if (!qr_make(&symbol->qr, text))
		return;
	symbol->text = xstrdup(text);
	symbol->complete = complete;
}

/* The URI as it is, and in fewer modules where that is possible. */
static void make_both(struct symbol *symbol, const char *uri, bool complete)
{
	char shorter[URI_MAX];

	if (uri == NULL)
		return;
	make(&symbol[0], uri, complete);
	if (qr_shorten(shorter, sizeof(shorter), uri) &&
	    strcmp(shorter, uri) != 0)
		make(&symbol[1], shorter, complete);
}

static bool is_for(const struct symbol *symbol, const char *uri)
{
	if (uri == NULL || symbol->text == NULL)
		return uri == NULL && symbol->text == NULL;
	return strcmp(symbol->text, uri) == 0;
}

void symbols_make(struct symbol symbols[SYMBOL_COUNT], const char *complete,
		  const char *bare)
{
	if (is_for(&symbols[0], complete) && is_for(&symbols[2], bare))
		return;
	symbols_free(symbols);
	make_both(&symbols[0], complete, true);
	make_both(&symbols[2], bare, false);
}

void symbols_free(struct symbol symbols[SYMBOL_COUNT])
{
	for (int i = 0; i < SYMBOL_COUNT; i++) {
		secret_free(symbols[i].text);
		qr_free(&symbols[i].qr);
	}
	memset(symbols, 0, SYMBOL_COUNT * sizeof(symbols[0]));
}
