/* SPDX-License-Identifier: MIT */
/*
 * Configurations by their text.
 */
#include "config.h"

#include "conf_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "conf/conf.h"
#include "conf/options.h"

bool conf_case_parse(struct conf *conf, const char *text, struct err *err)
{
	err->text[0] = '\0';
	return conf_parse(conf, text, strlen(text), "x.conf", err);
}

void conf_case_assert_begins(const char *message, const char *beginning)
{
	if (strncmp(message, beginning, strlen(beginning)) != 0)
		assert_string_equal(message, beginning);
}
