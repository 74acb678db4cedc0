/* SPDX-License-Identifier: MIT */
/*
 * Measures the terminal anew for each sentence: its size can change.
 */
#include "config.h"

#include "app/plain_say.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "app/setup.h"
#include "machine/visit.h"
#include "ui/tty_line.h"
#include "ui/wrap.h"

enum { SENTENCE_MAX = 2048 };

void plain_say(FILE *stream, const char *end, const char *format, ...)
{
	const int fd = fileno(stream);
	const int columns = isatty(fd) ? tty_line_size(fd).columns : INT_MAX;
	char text[SENTENCE_MAX];
	const char *rest = text, *before = "";
	struct span row;
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	while (wrap_words(&rest, columns, 0, &row)) {
		(void)fprintf(stream, "%s%.*s", before, (int)row.len, row.s);
		before = "\n";
	}
	(void)fputs(end, stream);
	(void)fflush(stream);
}

/* What has a reason is said in the user's words. Other lines are for whoever
 * has set this up, and would push the instructions off the screen. */
static void say_line(void *context, const struct log_line *line,
		     const struct log_field *fields, size_t n)
{
	struct plain_log *log = context;

	(void)fields;
	(void)n;
	if (line->level > LEVEL_ERROR || log->muted ||
	    strcmp(line->text, log->last) == 0 ||
	    visit_reason(log->visit) != REASON_NONE)
		return;
	(void)snprintf(log->last, sizeof(log->last), "%s", line->text);
	plain_say(stderr, "\n", "grantty: %s", line->text);
}

void plain_say_log(struct plain_log *log, struct setup *setup,
		   const struct visit *visit)
{
	*log = (struct plain_log){.visit = visit};
	if (setup->conf.log.level == LEVEL_DEBUG || !isatty(STDERR_FILENO))
		(void)setup_log_here(setup);
	else if (setup->conf.log.file[0] == '\0' && !setup->conf.log.syslog)
		log_to_sink(setup->log, say_line, log);
}
