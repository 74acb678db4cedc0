/* SPDX-License-Identifier: MIT */
/*
 * Makes each QR code once for a pair of URIs. Does not know which of them fits
 * the screen.
 */
#include "config.h"

#include "ui/symbol.h"

#include <string.h>

#include "base/mem.h"

enum { URI_MAX = 4096 }; /* more than a QR code can hold */

static bool is_for(const struct symbol *symbol, const char *uri)
{
	if (uri == NULL || symbol->text == NULL)
		return uri == NULL && symbol->text == NULL;
	return strcmp(symbol->text, uri) == 0;
}

void symbols_set(struct symbol symbols[SYMBOL_COUNT], const char *complete,
		 const char *bare)
{
	if (is_for(&symbols[0], complete) && is_for(&symbols[2], bare))
		return;
	symbols_free(symbols);
	symbols[0].complete = symbols[1].complete = true;
	if (complete != NULL)
		symbols[0].text = xstrdup(complete);
	if (bare != NULL)
		symbols[2].text = xstrdup(bare);
}

/* The URI in a spelling with fewer modules, if there is one. */
static char *shorter(const char *uri)
{
	char text[URI_MAX];

	if (uri == NULL || !qr_shorten(text, sizeof(text), uri) ||
	    strcmp(text, uri) == 0)
		return NULL;
	return xstrdup(text);
}

const struct symbol *symbols_get(struct symbol symbols[SYMBOL_COUNT], size_t i)
{
	struct symbol *symbol = &symbols[i];

	if (!symbol->tried) {
		symbol->tried = true;
		if (i % 2 == 1)
			symbol->text = shorter(symbols[i - 1].text);
		if (symbol->text != NULL)
			(void)qr_make(&symbol->qr, symbol->text);
	}
	return symbol->qr.side > 0 ? symbol : NULL;
}

void symbols_free(struct symbol symbols[SYMBOL_COUNT])
{
	for (int i = 0; i < SYMBOL_COUNT; i++) {
		secret_free(symbols[i].text);
		qr_free(&symbols[i].qr);
	}
	memset(symbols, 0, SYMBOL_COUNT * sizeof(symbols[0]));
}
