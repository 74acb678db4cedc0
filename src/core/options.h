/* SPDX-License-Identifier: MIT */
/*
 * The master copy of the options: each one's full name, type, place in struct
 * conf, default, and what it may be. Says nothing of how files are read.
 */
#ifndef GRANTTY_CORE_OPTIONS_H
#define GRANTTY_CORE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

enum option_type {
	OPTION_TEXT,	/* char * */
	OPTION_CHOICE,	/* char *, one of choices */
	OPTION_BOOL,	/* bool */
	OPTION_NUMBER,	/* int64_t from min to max */
	OPTION_STRINGS, /* struct strings */
	OPTION_PARAMS	/* struct param *, and a size_t for how many */
};

struct conf_option {
	const char *name; /* "kiosk.allow.emails" */
	enum option_type type;
	size_t offset;	     /* of the field in struct conf */
	size_t count_offset; /* OPTION_PARAMS */
	const char *text;    /* default of OPTION_TEXT and OPTION_CHOICE */
	int64_t number;	     /* default of OPTION_BOOL and OPTION_NUMBER */
	int64_t min, max;
	const char *const *choices; /* ends with NULL */
	bool by_preset; /* OPTION_BOOL: not set, it is as the preset has it */
};

/* The i-th option in the order of the documentation; NULL beyond the last. */
const struct conf_option *option_at(size_t i);

/* The i with which option_at() gives that option. */
size_t option_index(const struct conf_option *option);

/* The option of that full name, or NULL. */
const struct conf_option *option_find(const char *name);

/* Whether there are options inside a group of that full name. */
bool option_is_group(const char *name);

/* Appends the names that a group may hold, separated by ", ". group: its full
 * name, "" for the whole file. */
bool option_names(struct buf *out, const char *group);

/* Whether value is one of an OPTION_CHOICE's choices. */
bool option_has_choice(const struct conf_option *option, const char *value);

/* Sets *err to a sentence that says what the option may be: its type and its
 * range or choices. Always returns false. */
bool option_complain(const struct conf_option *option, struct err *err);

#endif
