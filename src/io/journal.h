/* SPDX-License-Identifier: MIT */
/*
 * systemd's journal in its native protocol: it carries fields with each line,
 * which syslog(3) cannot. Never blocks: if the journal falls behind, lines are
 * lost, but sign-ins continue.
 */
#ifndef GRANTTY_IO_JOURNAL_H
#define GRANTTY_IO_JOURNAL_H

#include "base/log.h"

struct journal;

/* NULL if this machine has no journal. */
struct journal *journal_open(void);
void journal_close(struct journal *journal); /* NULL is fine */

/* Writes a line to the journal, for log_to_sink(); context: the journal. */
log_sink journal_add;

#endif
