/* SPDX-License-Identifier: MIT */
/*
 * Providers by their configuration.
 */
#include "config.h"

#include "provider_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/err.h"
#include "conf/conf.h"

void provider_case_configure(struct conf *conf, const char *text,
			     const char *rest)
{
	char whole[2048];
	struct err err;
	int n = snprintf(whole, sizeof(whole), "provider : { %s };\n%s", text,
			 rest);

	assert_in_range(n, 1, sizeof(whole) - 1);
	conf_init(conf);
	if (!conf_parse(conf, whole, (size_t)n, "test", &err))
		fail_msg("%s: %s", text, err.text);
}
