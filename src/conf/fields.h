/* SPDX-License-Identifier: MIT */
/*
 * Gets at the field of struct conf that belongs to an option: its default,
 * copying, freeing, and setting it to a value that the option allows. Opens no
 * file.
 */
#ifndef GRANTTY_CONF_FIELDS_H
#define GRANTTY_CONF_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct conf_option;
struct err;

/* Sets the field, which must be empty, to the option's default. */
void field_set_default(struct conf *conf, const struct conf_option *option);

/* Wipes and frees the field's content, which is then NULL or an empty list. */
void field_clear(struct conf *conf, const struct conf_option *option);

/* Makes a deep copy of a field that was assigned from another configuration and
 * still shares its memory. */
void field_unshare(struct conf *conf, const struct conf_option *option);

/*
 * Each sets or extends the field of an option of that type. False with *err,
 * and the field unchanged, if the option does not allow the value. A NULL text
 * means that the file has a value of another type.
 */
bool field_set_text(struct conf *conf, const struct conf_option *option,
		    const char *value, struct err *err);
bool field_set_choice(struct conf *conf, const struct conf_option *option,
		      const char *value, struct err *err);
bool field_set_number(struct conf *conf, const struct conf_option *option,
		      int64_t value, struct err *err);
bool field_add_string(struct conf *conf, const struct conf_option *option,
		      const char *value, struct err *err);
bool field_add_param(struct conf *conf, const struct conf_option *option,
		     const char *name, const char *value, struct err *err);

/* The option's field, whose type depends on the option's. */
const void *field_of(const struct conf *conf, const struct conf_option *option);

/* The choice in the field of an OPTION_CHOICE. */
unsigned field_choice(const struct conf *conf,
		      const struct conf_option *option);

/* Sets the field of an OPTION_BOOL. */
void field_set_bool(struct conf *conf, const struct conf_option *option,
		    bool value);

#endif
