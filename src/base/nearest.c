/* SPDX-License-Identifier: MIT */
/*
 * By the Levenshtein distance, and never a name that would have to be guessed.
 */
#include "config.h"

#include "base/nearest.h"

#include <string.h>

enum { NAME_MAX_BYTES = 63 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The number of characters to insert, delete or replace to turn a into b
 * (Levenshtein distance); both have at most NAME_MAX_BYTES. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[NAME_MAX_BYTES + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t replaced = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[b_len];
}

const char *nearest_name(const char *name, const char *allowed, size_t *len)
{
	size_t name_len = strlen(name);
	size_t limit = name_len < 5 ? 1 : (name_len + 1) / 3;
	const char *best = NULL;
	const char *next;
	size_t n;

	if (name_len > NAME_MAX_BYTES)
		return NULL;
	for (; *allowed != '\0'; allowed = next + strspn(next, ", ")) {
		n = strcspn(allowed, ", ");
		next = allowed + n;
		if (n > NAME_MAX_BYTES)
			continue;
		size_t far = distance(name, name_len, allowed, n);
		if (far <= limit && (best == NULL || far < limit)) {
			best = allowed;
			*len = n;
			limit = far;
		}
	}
	return best;
}
