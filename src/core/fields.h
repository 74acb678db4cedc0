/* SPDX-License-Identifier: MIT */
/*
 * The field of struct conf that an option stands for: its default, its copy,
 * its end, and setting it to what the option allows. Knows no file.
 */
#ifndef GRANTTY_CORE_FIELDS_H
#define GRANTTY_CORE_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct conf_option;
struct err;

/* Sets the field, which holds nothing yet, to the option's default. */
void field_set_default(struct conf *conf, const struct conf_option *option);

/* Wipes and frees what the field holds: NULL or an empty list is left. */
void field_clear(struct conf *conf, const struct conf_option *option);

/* Gives a field that was assigned from another configuration, and so points
 * into it, a copy of its own. */
void field_unshare(struct conf *conf, const struct conf_option *option);

/*
 * Each sets or extends the field of an option of that type. False, with a
 * sentence in *err and the field as before, where the option does not allow the
 * value. A NULL text stands for a value of another type.
 */
bool field_set_text(struct conf *conf, const struct conf_option *option,
		    const char *value, struct err *err);
bool field_set_number(struct conf *conf, const struct conf_option *option,
		      int64_t value, struct err *err);
bool field_add_string(struct conf *conf, const struct conf_option *option,
		      const char *value, struct err *err);
bool field_add_param(struct conf *conf, const struct conf_option *option,
		     const char *name, const char *value, struct err *err);

/* Sets the field of an OPTION_BOOL. */
void field_set_bool(struct conf *conf, const struct conf_option *option,
		    bool value);

#endif
