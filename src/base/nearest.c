/* SPDX-License-Identifier: MIT */
/*
 * By the Levenshtein distance, and never a name that would have to be guessed.
 */
#include "config.h"

#include "base/nearest.h"

#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"

enum { NAME_MAX_BYTES = 63 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool is_same(char a, char b)
{
	return ascii_lower(a) == ascii_lower(b);
}

/* The number of characters to insert, delete, replace or swap with the next one
 * to turn a into b (optimal string alignment), whatever their case; both have
 * at most NAME_MAX_BYTES. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NAME_MAX_BYTES + 1] = {0};

	for (size_t i = 0; i <= a_len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *third = rows[(i + 1) % 3];

		for (size_t j = 0; j <= b_len; j++) {
			if (i == 0 || j == 0) {
				row[j] = i + j;
				continue;
			}
			row[j] = least(above[j - 1] +
					       !is_same(a[i - 1], b[j - 1]),
				       least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) &&
			    is_same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], third[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

const char *nearest_name(const char *name, const char *allowed, size_t *len)
{
	size_t name_len = strlen(name);
	size_t limit = name_len < 5 ? 1 : (name_len + 1) / 3;
	const char *best = NULL;
	const char *word;
	size_t n;

	if (name_len > NAME_MAX_BYTES)
		return NULL;
	while ((word = text_next_word(&allowed, ", ", &n)) != NULL) {
		if (n > NAME_MAX_BYTES)
			continue;
		size_t far = distance(name, name_len, word, n);
		if (far <= limit && (best == NULL || far < limit)) {
			best = word;
			*len = n;
			limit = far;
		}
	}
	return best;
}
