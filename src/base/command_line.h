/* SPDX-License-Identifier: MIT */
/*
 * Command lines by a table with one row for each option, from which the options
 * are parsed and their help is made. Prints nothing.
 */
#ifndef GRANTTY_BASE_COMMAND_LINE_H
#define GRANTTY_BASE_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* The type of an option's field. */
enum command_line_kind {
	COMMAND_LINE_TEXT,    /* const char *, borrowed; NULL: not given */
	COMMAND_LINE_FLAG,    /* bool */
	COMMAND_LINE_COUNT,   /* int: how often */
	COMMAND_LINE_SECONDS, /* int64_t from min to max */
	COMMAND_LINE_TAKEN    /* no field: take() takes it */
};

struct command_line_option {
	const char *name;  /* without "--" */
	char letter;	   /* 0: none */
	const char *value; /* what --help calls its value; NULL: takes none */
	const char *help;
	/* Appends names that the help begins with; may be NULL. */
	void (*list)(struct buf *out);
	enum command_line_kind kind;
	size_t offset;	  /* of the field in the caller's struct */
	const char *text; /* default of COMMAND_LINE_TEXT */
	int64_t number;	  /* default of COMMAND_LINE_SECONDS */
	int64_t min, max; /* of COMMAND_LINE_SECONDS */
	/* False with *err if the value is invalid; may be NULL. */
	bool (*check)(const char *name, const char *value, struct err *err);
	/* COMMAND_LINE_TAKEN: puts the value into the caller's struct. */
	bool (*take)(void *values, const char *value, struct err *err);
	unsigned verbs;	 /* the verbs that take it, OR'ed; 0: all */
	const char *key; /* the configuration key that it sets; or NULL */
};

/* An upper bound for the number of rows. */
enum { COMMAND_LINE_MAX = 40 };

/*
 * Sets the fields of *values to their defaults, then to what the arguments say,
 * in any order. *given gets a bit for each row that was given (1 << index),
 * *words the index of the first of the arguments that are not options. False
 * with *err if an option is unknown, lacks its value, has one that it does not
 * take or that is invalid.
 *
 * verbs: the names of the bits in row->verbs, ended by NULL; NULL if no row has
 * any. Of the options, *err suggests only those that go with the verb, which is
 * the first of these arguments, or without one the first name.
 */
bool command_line_parse(const struct command_line_option *rows, size_t count,
			const char *const *verbs, void *values, int argc,
			char **argv, uint64_t *given, int *words,
			struct err *err);

/* Appends the line of --help about an option, with its help in that column at
 * least. verbs: the names of the bits in row->verbs, ended by NULL; may be NULL
 * if no row has any. */
void command_line_help(struct buf *out, const struct command_line_option *row,
		       int column, const char *const *verbs);

#endif
