/* SPDX-License-Identifier: MIT */
/*
 * What the tests of conf/conf have in common: texts that are read as a file,
 * and what came of them.
 */
#ifndef GRANTTY_TESTS_CONF_CASE_H
#define GRANTTY_TESTS_CONF_CASE_H

#include <stdbool.h>

struct conf;
struct err;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Reads the text as the file x.conf. */
bool conf_case_parse(struct conf *conf, const char *text, struct err *err);

/* Wants the message to begin like that. */
void conf_case_assert_begins(const char *message, const char *beginning);

#endif
