/* SPDX-License-Identifier: MIT */
/*
 * A profile prepared for the screen: the mapped fields, and the whole JSON as a
 * flat list of tree nodes. All its text is clean.
 */
#ifndef GRANTTY_OAUTH_PROFILE_H
#define GRANTTY_OAUTH_PROFILE_H

#include <stddef.h>

struct err;
struct json;
struct profile_map;

struct profile_field {
	char *label;
	char *value; /* multiple values are joined by ", " */
};

/* The tree in reading order: the next descendants nodes are below this one. */
struct profile_node {
	char *name; /* member name, or "0", "1" … in an array; "" at the root */
	char *value; /* a scalar as text; for arrays and objects "[3]", "{7}" */
	int depth;   /* 0: a member of the top-level object */
	size_t descendants;
};

struct profile {
	char *name; /* the name to greet the user by; "" if none */
	struct profile_field *fields;
	size_t field_count;
	struct profile_node *nodes;
	size_t node_count;
};

/*
 * Makes a profile from JSON text, with the fields of map in their order,
 * skipping missing ones. Of a name with several values, the last counts. only:
 * count labels or paths to show instead of the whole map, as in
 * screen.profile_fields. A path that is not in the map is shown under its own
 * name, or under a label given as "Label = path". NULL with *err if the text is
 * not a JSON object. profile_free() it.
 */
struct profile *profile_new(const char *json, const struct profile_map *map,
			    char *const *only, size_t count, struct err *err);

/* The same of an object that is already parsed, which is only read. */
struct profile *profile_from_json(const struct json *json,
				  const struct profile_map *map,
				  char *const *only, size_t count);

/* Wipes and frees; NULL is fine. */
void profile_free(struct profile *profile);

#endif
