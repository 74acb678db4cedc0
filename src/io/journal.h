/* SPDX-License-Identifier: MIT */
/*
 * The journal of systemd, in its native protocol: each line with its fields,
 * which syslog(3) cannot carry. Never waits: where the journal does not keep
 * up, lines are lost, not the sign-in.
 */
#ifndef GRANTTY_IO_JOURNAL_H
#define GRANTTY_IO_JOURNAL_H

#include "base/log.h"

struct journal;

/* NULL where there is no journal on this machine. */
struct journal *journal_open(void);
void journal_close(struct journal *journal); /* NULL is fine */

/* Passes a line on, for log_to_sink(); context: the journal. */
log_sink journal_add;

#endif
