/* SPDX-License-Identifier: MIT */
/*
 * The texts that a person at the screen reads, in their language. What
 * administrators read, and the log, is English.
 *
 * The names are gettext's, but nothing here calls it: glibc ignores LANGUAGE
 * in the locale C.UTF-8 since 2.39, which is the only one on most appliances,
 * and so could not translate there, nor change the language while it runs.
 */
#ifndef GRANTTY_BASE_I18N_H
#define GRANTTY_BASE_I18N_H

#include <stddef.h>
#include <stdint.h>

struct catalogue;

/* The text in the language of now. A comment before it that begins with
 * "Translators:" says where it stands and how long it may be. */
#define _(text) i18n_text(text)

/* Marks a text in a table, which _() translates where it is used. */
#define N_(text) text

/* From now on, the texts are those of that catalogue, which must stay; NULL:
 * English. tag: the user's language, which i18n_tag() returns, and which must
 * stay, too; NULL: not known. The one variable of its kind: each text would
 * need it as an argument. */
void i18n_use(const struct catalogue *catalogue, const char *tag);

/* The language that the user is known to read, as in HTML and OpenID Connect
 * (BCP 47): "en", "de", "zh-CN"; NULL: it is not known, and texts are
 * English. */
const char *i18n_tag(void);

const char *i18n_text(const char *text) __attribute__((format_arg(1)));

/* The form that the language has for n. */
const char *i18n_plural(const char *one, const char *many, unsigned long n)
	__attribute__((format_arg(1), format_arg(2)));

/* text_duration() in that language. */
char *i18n_duration(char *dst, size_t size, int64_t seconds);

#endif
