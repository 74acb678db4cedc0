/* SPDX-License-Identifier: MIT */
/*
 * The languages of the person at the screen: which ones there are, which of
 * them the terminal can write, and which one is used. Draws nothing.
 */
#ifndef GRANTTY_APP_LANGUAGES_H
#define GRANTTY_APP_LANGUAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct catalogue;
struct conf;

struct language {
	char *code;		     /* "zh_CN" */
	char *tag;		     /* "zh-CN"; NULL: nobody asked for it */
	struct catalogue *catalogue; /* NULL: English */
	char *letters;		     /* all that it needs beyond ASCII */
	bool written;		     /* the terminal has these */
};

struct languages {
	struct language *items;
	size_t count;
	size_t now;
	bool offered; /* the user may choose */
	bool chosen;  /* and did: */
	size_t wanted;
	bool greeted;	    /* the next user */
	bool is_free;	    /* the screen shows nothing that is one user's */
	int64_t touched_ms; /* the last key */
	bool touched;	    /* by a user who may still be there */
};

/*
 * Reads the translations of screen.languages; without that, the one for the
 * locale: screen.locale, else that of the environment. A language without a
 * translation is left out; English needs none. Uses the first one. Catalogues
 * come from beside the program or from where it was installed, never from a
 * folder that the environment names. languages_close() it.
 */
void languages_open(struct languages *languages, const struct conf *conf);
void languages_close(struct languages *languages);

/* Leaves out the languages that the terminal at fd cannot write: judged by what
 * text_clip() would replace with these flags, and on a console by the font.
 * English is left if nothing else is. What the user chose is back as soon as it
 * can be written. True if another one is used now. */
bool languages_limit(struct languages *languages, unsigned flags, int fd);

/* The own name of the language that languages_next() would choose ("Deutsch");
 * NULL if there is no choice. */
const char *languages_next_name(const struct languages *languages);
void languages_next(struct languages *languages);

/* Goes back to the first one. True if it was another. */
bool languages_first(struct languages *languages);

/* Does that for the next user, before a code is requested. is_same: the user
 * has asked for it, or only gets a new code; unless no key was pressed for a
 * minute. */
void languages_greet(struct languages *languages, bool is_same, int64_t now_ms);

/* Does that, too, if without a key for a minute the screen shows nothing that
 * is one user's. True if what the last user chose is over since the last call,
 * whatever that was. */
bool languages_follow(struct languages *languages, bool is_free,
		      int64_t now_ms);

/* A key was pressed. */
void languages_touch(struct languages *languages, int64_t now_ms);

/* When to call languages_follow() again; NEVER_MS: no need to. */
int64_t languages_deadline(const struct languages *languages);

/* The code of the language in use: "en", "de", "zh_CN". */
const char *languages_code(const struct languages *languages);

#endif
