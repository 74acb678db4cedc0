/* SPDX-License-Identifier: MIT */
/*
 * A profile made ready for showing: the mapped fields, and the whole JSON as a
 * flat list of tree nodes. All text in it is clean.
 */
#ifndef GRANTTY_CORE_PROFILE_H
#define GRANTTY_CORE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/json.h"

struct err;
struct profile_map;

struct profile_field {
	char *label;
	char *value; /* several values are joined by ", " */
};

/* The tree in reading order: the nodes below node i are the next
 * descendants ones. */
struct profile_node {
	char *name; /* member name, or "0", "1" … in an array; "" at the root */
	char *value; /* a scalar as text; for arrays and objects "[3]", "{7}" */
	enum json_kind kind;
	int depth; /* 0: a member of the top-level object */
	size_t descendants;
};

struct profile {
	char *name; /* whom to greet; "" where nothing fits */
	struct profile_field *fields;
	size_t field_count;
	struct profile_node *nodes;
	size_t node_count;
};

/*
 * Makes a profile of JSON text, with the fields of map in their order, those
 * that are missing left out. only: labels or paths (count of them) to show
 * instead of the whole map, as screen.profile_fields gives them; a path that
 * no row of the map has is shown under its own name, or as "Label = path" has
 * it. NULL with *err where the text is no JSON object. profile_free() it.
 */
struct profile *profile_new(const char *json, const struct profile_map *map,
			    char *const *only, size_t count, struct err *err);

/* Wipes and frees; NULL is fine. */
void profile_free(struct profile *profile);

#endif
