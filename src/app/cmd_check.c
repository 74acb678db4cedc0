/* SPDX-License-Identifier: MIT */
/*
 * grantty check: tests everything a sign-in needs, before a user relies on it.
 */
#include "config.h"

#include "app/cmd.h"

#include "app/args.h"
#include "app/check.h"
#include "app/report.h"
#include "base/err.h"
#include "base/mem.h"

int cmd_check(const struct args *args, struct err *err)
{
	struct check check = {.args = args};
	int code = EXIT_DONE;

	check.report = report_new(args->json);
	check_conf(&check);
	check_machine(&check);
	check_files(&check);
	check_provider(&check);
	check_qr(&check);
	if (report_has_failed(check.report))
		code = EXIT_FAILED;
	if (!report_end(check.report, &check.findings,
			check.setup.provider.label)) {
		code = EXIT_FAILED;
		err_set(err, "Cannot write the report.");
	}
	report_free(check.report);
	findings_free(&check.findings);
	secret_free(check.verification_uri);
	secret_free(check.verification_uri_complete);
	setup_end(&check.setup);
	return code;
}
