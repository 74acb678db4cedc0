/* SPDX-License-Identifier: MIT */
/*
 * What of an option's value may be shown to anyone: which values are secret, in
 * whole or in part, and which ones the preset fills in. Knows the meaning of
 * the provider's options only.
 */
#ifndef GRANTTY_CONF_CONF_SHOWN_H
#define GRANTTY_CONF_CONF_SHOWN_H

#include <stdbool.h>

struct conf;
struct conf_option;
struct param;

/* Stands for what must not be shown. */
#define CONF_SHOWN_MASK "********"

/* The origin of a value from conf_shown_preset(). */
#define CONF_SHOWN_FROM_PRESET "from the preset"

/* Room for the text of any number. */
enum { CONF_SHOWN_NUMBER_SIZE = 24 };

/* True if the whole value is secret: it is or holds a password. A proxy may
 * have no scheme. */
bool conf_shown_is_secret(const struct conf *conf,
			  const struct conf_option *option);

/* True if the value of a parameter of that option may be shown. */
bool conf_shown_param(const struct conf_option *option,
		      const struct param *param);

/* The URL in an OPTION_TEXT with the values in its query and fragment masked,
 * unless they are known not to be secret; the caller frees it. NULL if nothing
 * needs a mask. */
char *conf_shown_url(const struct conf *conf, const struct conf_option *option);

/* The same for a word of a list, which may be a URL, such as an argument of a
 * hook; the whole word is masked if it holds a password. */
char *conf_shown_word(const char *word);

/* The preset's value for an option that is not set, as text: words separated by
 * spaces for a list, "true" for a bool. Borrowed, or in number if it is one.
 * NULL if there is none. */
const char *conf_shown_preset(const struct conf *conf,
			      const struct conf_option *option,
			      char number[CONF_SHOWN_NUMBER_SIZE]);

#endif
