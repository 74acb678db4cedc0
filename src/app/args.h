/* SPDX-License-Identifier: MIT */
/*
 * The command line. Its options are in args.def, its verbs in verbs.def.
 */
#ifndef GRANTTY_APP_ARGS_H
#define GRANTTY_APP_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* Exit codes, as scripts rely on them. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2, /* bad usage or configuration */
	EXIT_DENIED = 3,
	EXIT_NOT_SIGNED_IN = 4, /* no one is signed in */
	EXIT_EXPIRED = 5,
	EXIT_UNREACHABLE = 6,
	EXIT_NOT_EXECUTABLE = 126, /* login -- COMMAND, as in a shell */
	EXIT_NOT_FOUND = 127,
	EXIT_CANCELLED = 130
};

/* The verbs in the order of verbs.def. */
enum verb_index {
#define VERB(id, name, help) VERB_INDEX_##id,
#include "app/verbs.def"
#undef VERB
	VERBS
};

/* Sets of verbs: bits to be OR'ed. */
enum verb_bit {
#define VERB(id, name, help) VERB_##id = 1 << VERB_INDEX_##id,
#include "app/verbs.def"
#undef VERB
};

/* The parsed command line, with a field for each row of args.def. Strings are
 * borrowed from argv; NULL: not given. */
struct args {
#define TEXT(field, ...) const char *field;
#define FLAG(field, ...) bool field;
#define COUNT(field, ...) int field;
#define SECONDS(field, ...) int64_t field;
#include "app/args.def"
#undef TEXT
#undef FLAG
#undef COUNT
#undef SECONDS
	char *const *argv;     /* all of it, as it was given */
	const char *verb;      /* the word that is not an option; NULL: none */
	const char *operation; /* the word that git adds; NULL: none */
	const char *topic;     /* the verb that help is about; NULL: all */
	char *const *command;  /* what follows --, ends with NULL; NULL: none */
	uint64_t given;	       /* a bit for each row: the options given */
};

/*
 * Parses the verb and the options, in any order. False with *err if an option
 * is unknown, lacks its value or has an invalid one, or if there is more than
 * one word, except for "token --output git" and "help".
 */
bool args_parse(struct args *args, int argc, char **argv, struct err *err);

/* The verb of that name. False with *err, which says what may be meant, if
 * there is none. */
bool args_find_verb(const char *name, enum verb_index *verb, struct err *err);

/* False with *err if an option was given that the verb does not accept. */
bool args_go_with(const struct args *args, enum verb_index verb,
		  struct err *err);

/*
 * The i-th option that was given and sets a key of the configuration: the full
 * name of the key, and its value. False past the last one.
 */
bool args_setting(const struct args *args, size_t i, const char **key,
		  const char **value);

/* The command line that runs that verb with the given options that all verbs
 * take. xfreev() it. */
char **args_for_verb(const struct args *args, const char *verb);

/* Forgets the options that set keys of the configuration, except those in that
 * group ("screen."). */
void args_forget_settings(struct args *args, const char *group);

/* True if the option of that name was given. */
bool args_has(const struct args *args, const char *name);

/* True if an option with a value was given besides that one. */
bool args_has_other(const struct args *args, const char *name);

/* Appends the lines of --help about the verbs and about the options. */
void args_help_verbs(struct buf *out);
void args_help_options(struct buf *out);

/* Appends how to use that verb, what it does, and its options: first those of
 * its own, then those that all verbs take. */
void args_help_verb(struct buf *out, enum verb_index verb);

#endif
