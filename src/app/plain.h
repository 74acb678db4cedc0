/* SPDX-License-Identifier: MIT */
/*
 * A sign-in as plain lines: for pipes, scripts, logs and terminals that cannot
 * do more.
 */
#ifndef GRANTTY_APP_PLAIN_H
#define GRANTTY_APP_PLAIN_H

struct err;
struct session_data;
struct setup;

/* Runs one sign-in. What a person has to do goes to standard output, what is
 * going on to standard error. Whoever has signed in is copied into *login.
 * Returns the exit code; *err says why it could not begin. */
int plain_run(struct setup *setup, struct session_data *login, struct err *err);

#endif
