/* SPDX-License-Identifier: MIT */
/*
 * The options: the struct that holds their values, and the table of their rows.
 * Both are made from options.def, the master copy of each option's full name,
 * type, default, allowed values and help. Does not read files.
 */
#ifndef GRANTTY_CONF_OPTIONS_H
#define GRANTTY_CONF_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"

struct buf;
struct err;

/* A name and a value, owned. */
struct param {
	char *name;
	char *value;
};

/* A list of strings, owned. */
struct strings {
	char **items;
	size_t count;
};

/* An upper bound for the number of options. */
enum { CONF_OPTIONS_MAX = 80 };

/* The values of all options, with a member for each row of options.def; "" is
 * an unset string. A bool or a number that the preset decides is valid only if
 * conf_is_set(). If all of kiosk.allow is empty, any user may sign in. */
struct conf {
#define GROUP struct {
#define GROUP_OF(tag) struct tag {
#define END(group) \
	}          \
	group;
#define TEXT(field, ...) char *field;
#define CHOICE(field, path, tag, names, ...) enum tag { names } field;
#define CHOICE_OF(field, path, tag, names, ...) enum tag field;
#define NAME(id, text) id,
#define BOOL(field, ...) bool field;
#define NUMBER(field, ...) int64_t field;
#define STRINGS(field, ...) struct strings field;
#define PARAMS(field, ...)   \
	struct param *field; \
	size_t field##_count;
#include "conf/options.def"
#undef GROUP
#undef GROUP_OF
#undef END
#undef TEXT
#undef CHOICE
#undef CHOICE_OF
#undef NAME
#undef BOOL
#undef NUMBER
#undef STRINGS
#undef PARAMS
	bool preset_named; /* provider.preset is set, not left at its default */
	/* Each option's origin as shown to users ("grantty.conf:12"), in the
	 * order of option_at(); NULL: the option is not set. */
	char *origins[CONF_OPTIONS_MAX];
};

enum option_type {
	OPTION_TEXT,	/* char * */
	OPTION_CHOICE,	/* an enum, the index of one of choices */
	OPTION_BOOL,	/* bool */
	OPTION_NUMBER,	/* int64_t from min to max */
	OPTION_STRINGS, /* struct strings */
	OPTION_PARAMS	/* struct param *, and a size_t count */
};

struct conf_option {
	const char *name; /* "kiosk.allow.emails" */
	enum option_type type;
	size_t offset;	     /* of the field in struct conf */
	size_t count_offset; /* OPTION_PARAMS */
	const char *text;    /* default of OPTION_TEXT; NULL: "" */
	int64_t number;	     /* default of the others that have one */
	int64_t min, max;
	const char *const *choices; /* ends with NULL; OPTION_STRINGS: of each
				     * string, or NULL */
	bool by_preset; /* OPTION_BOOL, OPTION_NUMBER: the preset decides if
			 * unset */
	/* For the example: comments about the option, and on what begins with
	 * it; each may be NULL. A value, if not the default. */
	const char *help, *group_help, *example;
};

/* The i-th option in the order of the documentation; NULL past the end. */
const struct conf_option *option_at(size_t i);

/* The index of that option, for option_at(). */
size_t option_index(const struct conf_option *option);

/* The option of that full name, or NULL. */
const struct conf_option *option_find(const char *name);

/* True if there is a group of that full name. */
bool option_is_group(const char *name);

/* Appends the names allowed in a group, separated by ", ". group: its full
 * name, "" for the whole file. */
bool option_names(struct buf *out, const char *group);

/* Sets *choice to the index of that value among the option's choices;
 * false if it is none of them. */
bool option_choice(const struct conf_option *option, const char *value,
		   unsigned *choice);

/* The name of a choice of the OPTION_CHOICE of that full name. */
const char *option_choice_name(const char *option, unsigned choice);

/* Sets *err to a sentence that says what the option allows: its type and its
 * range or choices. Always returns false. */
bool option_complain(const struct conf_option *option, struct err *err);

#endif
